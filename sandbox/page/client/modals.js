import { renderBlocks } from '../kit/blocks.js';
import { focusable, h, refill } from '../kit/dom.js';
import { icon } from '../kit/icons.js';
import { closeButton, openDialog } from '../kit/overlay.js';
import { Surface } from '../kit/surface.js';
import { textNodes, wordsOf } from '../kit/text.js';

/** The stack of dialogs that the app has open for this person; the last one is on screen. */
export class Modals {
  constructor(app) {
    this.app = app;
    /** @type {Map<string, {view: object, surface: Surface}>} by view id, bottom first */
    this.open = new Map();
    this.dialog = null;
  }

  /** What the server says is open, e.g. after a reload. */
  async load() {
    for (const view of await this.app.api.modals()) this.keep(view);
    this.draw();
  }

  opened({ view, stack }) {
    this.keep(view);
    this.prune(stack);
    this.draw();
  }

  closed({ view_id: viewId, stack }) {
    this.open.delete(viewId);
    this.prune(stack);
    this.draw();
  }

  prune(stack) {
    if (!stack) return;
    for (const id of [...this.open.keys()]) if (!stack.includes(id)) this.open.delete(id);
  }

  /** A view that is already open keeps its surface, and with it what was typed. */
  keep(view) {
    const before = this.open.get(view.id);
    if (before) {
      before.view = view;
      before.surface.errors = {};
      before.failure = null;
      return;
    }
    const surface = new Surface({ kind: 'modal', container: { type: 'view', view_id: view.id }, directory: this.app.directory, transport: this.app.transport });
    this.open.set(view.id, { view, surface, busy: false, failure: null });
  }

  get top() {
    return [...this.open.values()].at(-1);
  }

  draw() {
    if (!this.top) {
      this.dialog?.close();
      this.dialog = null;
      return;
    }
    this.dialog ??= this.show();
    const held = heldFocus(this.dialog.panel);
    const sameView = this.dialog.panel.dataset.viewId === this.top.view.id;
    const scroll = sameView ? this.dialog.panel.querySelector('.modal-body')?.scrollTop : 0;
    this.dialog.panel.dataset.viewId = this.top.view.id;
    this.dialog.panel.setAttribute('aria-label', wordsOf(this.top.view.title));
    refill(this.dialog.panel, this.content(this.top));
    const body = this.dialog.panel.querySelector('.modal-body');
    body.scrollTop = scroll ?? 0;
    if (!(sameView && restoreFocus(this.dialog.panel, held))) this.focusFirst(body);
  }

  show() {
    const dialog = openDialog({ label: 'Dialog', className: 'modal', content: [], focusFirst: false, onDismiss: () => (this.dismiss(), false) });
    dialog.panel.addEventListener('kit:submit', () => this.top?.view.submit && this.submit());
    return dialog;
  }

  focusFirst(body) {
    const field = body.querySelector('[data-autofocus], input, textarea, select, [contenteditable]');
    (field ?? focusable(body)[0] ?? this.dialog.panel).focus();
  }

  content(entry) {
    const { view, surface, busy, failure } = entry;
    const directory = this.app.directory;
    const pushed = this.open.size > 1;
    const close = h('button', { type: 'button', class: 'button', disabled: busy, onClick: () => this.dismiss() }, view.close ? textNodes(view.close, directory) : pushed ? 'Back' : view.submit ? 'Cancel' : 'Close');
    const submit = view.submit && h('button', { type: 'button', class: `button primary solid submit${busy ? ' pending' : ''}`, disabled: busy, dataset: { focusKey: 'submit' }, onClick: () => this.submit() }, h('span', { class: 'button-label' }, textNodes(view.submit, directory)));
    return [
      h('header', { class: 'dialog-head' },
        pushed && h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Back', onClick: () => this.dismiss() }, icon('left')),
        h('h2', { class: 'dialog-title' }, textNodes(view.title, directory)),
        h('span', { class: 'muted small dialog-app' }, directory.app.name),
        closeButton(() => this.dismiss(true))),
      h('div', { class: 'dialog-body modal-body', 'aria-busy': String(busy) }, failure && h('div', { class: 'alert alert-error', role: 'alert' }, icon('alert'), h('div', {}, failure)), renderBlocks(view.blocks, surface)),
      h('footer', { class: 'dialog-foot' }, close, submit),
    ];
  }

  async submit() {
    const entry = this.top;
    if (entry.busy) return;
    Object.assign(entry, { busy: true, failure: null });
    entry.surface.errors = {};
    this.draw();
    try {
      const answer = await this.app.api.submit(entry.view.id, entry.surface.filled);
      if (!answer.ok) this.refused(entry, answer.errors ?? {});
    } catch (error) {
      entry.failure = `We had some trouble. ${error.message}`;
    } finally {
      entry.busy = false;
    }
    if (this.open.has(entry.view.id)) this.draw();
    if (this.top === entry) this.focusRefusal();
  }

  /** Refusals stand under their inputs; one for a block that is not here stands on top. */
  refused(entry, errors) {
    entry.surface.errors = errors;
    const known = new Set(entry.view.blocks.flatMap((block) => [block, ...(block.child_blocks ?? [])]).map((block) => block.block_id));
    const stray = Object.entries(errors).filter(([blockId]) => !known.has(blockId)).map(([, words]) => words);
    if (stray.length) entry.failure = stray.join(' ');
  }

  focusRefusal() {
    const node = this.dialog?.panel.querySelector('[aria-invalid="true"]');
    if (!node) return;
    (focusable(node)[0] && !node.matches('input, textarea, button, [contenteditable]') ? focusable(node)[0] : node).focus();
  }

  /** Close the top view, or all of them; the app hears of it if it asked to. */
  async dismiss(all = false) {
    const entry = this.top;
    if (!entry) return;
    if (all) this.open.clear();
    else this.open.delete(entry.view.id);
    this.draw();
    try {
      await this.app.api.close(entry.view.id, all);
    } catch (error) {
      if (error.code !== 'view_not_found' && error.code !== 'not_found') this.app.notices.toast(error.message);
    }
  }
}

/** Which element has the focus, and where its cursor stands. */
function heldFocus(root) {
  const node = document.activeElement;
  if (!root.contains(node)) return null;
  return { key: node.dataset.focusKey, start: node.selectionStart, end: node.selectionEnd };
}

function restoreFocus(root, held) {
  if (!held?.key) return false;
  const node = [...root.querySelectorAll('[data-focus-key]')].find((each) => each.dataset.focusKey === held.key);
  if (!node || node.disabled) return false;
  node.focus();
  if (typeof held.start === 'number') node.setSelectionRange?.(held.start, held.end);
  return true;
}
