import { append, focusable, h, trapTab, uid } from './dom.js';
import { icon } from './icons.js';

/** Things that lie over the page: dialogs (they hold the focus) and popovers (they close when you look away). */

/**
 * Show a dialog until it is closed; the focus stays inside and then goes back to where it was.
 * @param {object} given
 * @param {string} given.label its accessible name
 * @param {string} [given.className]
 * @param {any} given.content
 * @param {() => boolean | void} [given.onDismiss] Esc or the backdrop; return false to keep it open
 * @returns {{root: HTMLElement, panel: HTMLElement, close: () => void}}
 */
export function openDialog({ label, className = '', content, onDismiss, focusFirst = true }) {
  const returnTo = document.activeElement;
  const panel = append(h('div', { class: `dialog ${className}`, role: 'dialog', 'aria-modal': 'true', 'aria-label': label, tabindex: '-1' }), content);
  const root = h('div', { class: 'backdrop' }, panel);
  const close = () => {
    root.remove();
    if (document.contains(returnTo)) returnTo.focus?.();
  };
  const dismiss = () => onDismiss?.() !== false && close();
  root.addEventListener('mousedown', (event) => event.target === root && dismiss());
  root.addEventListener('keydown', (event) => {
    trapTab(panel, event);
    if (event.key === 'Escape') {
      event.stopPropagation();
      event.preventDefault();
      dismiss();
    }
  });
  document.body.append(root);
  if (focusFirst) (panel.querySelector('[data-autofocus]') ?? focusable(panel)[0] ?? panel).focus();
  return { root, panel, close };
}

/** Whether a dialog holds the focus: what loads behind it must not take it away. */
export function dialogIsOpen() {
  return document.querySelector('[aria-modal="true"]') !== null;
}

/** A close button for dialogs and panes. */
export function closeButton(onClick, label = 'Close') {
  return h('button', { type: 'button', class: 'icon-button close-button', 'aria-label': label, onClick }, icon('close'));
}

/**
 * Ask before an action, in the words of a `confirm` object.
 * @returns {Promise<boolean>}
 */
export function confirmDialog(confirm, words) {
  return new Promise((resolve) => {
    const bodyId = uid('confirm');
    const answer = (yes) => (dialog.close(), resolve(yes));
    const danger = confirm.style === 'danger';
    const content = [
      h('header', { class: 'dialog-head' }, h('h2', { class: 'dialog-title' }, words(confirm.title)), closeButton(() => answer(false))),
      h('div', { class: 'dialog-body text', id: bodyId }, words(confirm.text)),
      h('footer', { class: 'dialog-foot' },
        h('button', { type: 'button', class: 'button', onClick: () => answer(false) }, words(confirm.deny) ?? 'Cancel'),
        h('button', { type: 'button', class: `button ${danger ? 'danger' : 'primary'} solid`, dataset: { autofocus: '' }, onClick: () => answer(true) }, words(confirm.confirm) ?? 'Yes')),
    ];
    const dialog = openDialog({ label: confirm.title?.text ?? 'Are you sure?', className: 'small', content, onDismiss: () => (resolve(false), true) });
    dialog.panel.setAttribute('aria-describedby', bodyId);
  });
}

let openOne = null;

/**
 * Show `content` next to `anchor`; Esc, a click elsewhere or Tab closes it. At most one is open.
 * @returns {{root: HTMLElement, close: (refocus?: boolean) => void}}
 */
export function openPopover(anchor, content, { label, className = '', role = 'dialog', onClose } = {}) {
  openOne?.close(false);
  const root = append(h('div', { class: `popover ${className}`, role, 'aria-label': label }), content);
  (anchor.closest('[role="dialog"]') ?? document.body).append(root);
  place(root, anchor);
  const away = (event) => !root.contains(event.target) && !anchor.contains(event.target) && close(false);
  const moved = (event) => !root.contains(event.target) && place(root, anchor);
  const close = (refocus = true) => {
    if (openOne?.root !== root) return;
    openOne = null;
    document.removeEventListener('mousedown', away, true);
    window.removeEventListener('scroll', moved, true);
    window.removeEventListener('resize', moved);
    grown.disconnect();
    root.remove();
    anchor.setAttribute('aria-expanded', 'false');
    if (refocus && document.contains(anchor)) anchor.focus();
    onClose?.();
  };
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' && event.key !== 'Tab') return;
    event.stopPropagation();
    if (event.key === 'Escape') event.preventDefault();
    close();
  });
  const grown = new ResizeObserver(() => place(root, anchor));
  grown.observe(root);
  document.addEventListener('mousedown', away, true);
  window.addEventListener('scroll', moved, true);
  window.addEventListener('resize', moved);
  anchor.setAttribute('aria-expanded', 'true');
  openOne = { root, close };
  return openOne;
}

const GAP = 4;

function place(root, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = root;
  const below = window.innerHeight - box.bottom;
  const top = below >= height + GAP || below >= box.top ? box.bottom + GAP : box.top - height - GAP;
  const left = Math.min(Math.max(8, box.left), window.innerWidth - width - 8);
  root.style.top = `${Math.max(8, Math.min(top, window.innerHeight - height - 8))}px`;
  root.style.left = `${Math.max(8, left)}px`;
}

/**
 * A menu of commands next to `anchor`, with arrow keys.
 * @param {{label: any, description?: any, danger?: boolean, href?: string, run: () => void}[]} items
 */
export function openMenu(anchor, items, label) {
  const make = (item) => {
    const body = [h('span', { class: 'menu-label' }, item.label), item.description && h('span', { class: 'menu-note' }, item.description)];
    const props = { role: 'menuitem', tabindex: '-1', class: `menu-item${item.danger ? ' danger' : ''}` };
    const pick = () => (menu.close(), item.run?.());
    if (item.href) return h('a', { ...props, href: item.href, target: '_blank', rel: 'noopener noreferrer', onClick: pick }, body);
    return h('button', { ...props, type: 'button', onClick: pick }, body);
  };
  const nodes = items.map(make);
  const menu = openPopover(anchor, nodes, { label, role: 'menu', className: 'menu' });
  menu.root.addEventListener('keydown', (event) => moveFocus(nodes, event));
  nodes[0]?.focus();
  return menu;
}

/** Arrow keys, Home and End over a list of nodes. */
export function moveFocus(nodes, event) {
  const at = nodes.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? nodes.length - 1 : at - 1, Home: 0, End: nodes.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  nodes[(to + nodes.length) % nodes.length]?.focus();
}
