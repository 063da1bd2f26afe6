import { h, refill, uid } from '../kit/dom.js';
import { findEmoji, glyph } from '../kit/emoji.js';
import { icon } from '../kit/icons.js';
import { avatar } from './avatar.js';

/** Slack's own commands that the sandbox knows, beside the app's. */
const OWN_COMMANDS = [
  { command: '/invite', description: 'Add someone or an app to this channel', usage_hint: '@someone' },
  { command: '/remove', description: 'Remove someone or an app from this channel', usage_hint: '@someone' },
];

/** What is offered while typing: `/` commands at the start, `@` people, `#` channels, `:` emoji. */
const TRIGGERS = [
  { pattern: /^(\/[\w-]*)$/, find: commands },
  { pattern: /(?:^|\s)(@[\w.-]*)$/, find: people },
  { pattern: /(?:^|\s)(#[\w-]*)$/, find: channels },
  { pattern: /(?:^|\s)(:[a-z0-9_+-]{2,})$/, find: emoji },
];

const MOST = 8;

/** Every command a person can use, the app's first. */
export function allCommands(directory) {
  return [...directory.commands.map((each) => ({ ...each, by: directory.app.name })), ...OWN_COMMANDS];
}

function commands(typed, directory) {
  return allCommands(directory)
    .filter((each) => each.command.startsWith(typed))
    .map((each) => ({ insert: each.command, title: each.command, hint: each.usage_hint, note: each.description, tag: each.by }));
}

function people(typed, directory) {
  const wanted = typed.slice(1).toLowerCase();
  const everyone = [...directory.userById.values()].filter((user) => !user.deleted);
  const users = everyone.filter((user) => `${user.name} ${user.shown}`.toLowerCase().includes(wanted)).map((user) => ({ insert: `@${user.name}`, title: user.shown, note: user.is_bot ? 'App' : user.title, face: avatar(user, 22) }));
  const groups = directory.groups().filter((group) => group.handle.includes(wanted)).map((group) => ({ insert: `@${group.handle}`, title: `@${group.handle}`, note: group.name, face: icon('people', 18) }));
  return [...users, ...groups];
}

function channels(typed, directory) {
  const wanted = typed.slice(1).toLowerCase();
  return directory.channels().filter((channel) => !channel.is_im && channel.name.includes(wanted)).map((channel) => ({ insert: `#${channel.name}`, title: channel.name, face: icon(channel.is_private ? 'lock' : 'hash', 16) }));
}

function emoji(typed) {
  return findEmoji(typed.slice(1), MOST).map((name) => ({ insert: glyph(name), title: `:${name}:`, face: h('span', { class: 'emoji' }, glyph(name)) }));
}

/** The list over a text field. The field keeps the focus; the list is its ARIA popup. */
export class Completion {
  constructor(field, directory) {
    Object.assign(this, { field, directory, items: [], active: 0, typed: '' });
    this.id = uid('complete');
    this.node = h('div', { class: 'completion', role: 'listbox', id: this.id, 'aria-label': 'Suggestions', hidden: true });
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-controls', this.id);
    field.addEventListener('input', () => this.update());
    field.addEventListener('click', () => this.update());
    field.addEventListener('blur', () => setTimeout(() => this.close(), 120));
  }

  get isOpen() {
    return !this.node.hidden;
  }

  update() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    for (const { pattern, find } of TRIGGERS) {
      const typed = before.match(pattern)?.[1];
      if (typed === undefined) continue;
      const items = find(typed, this.directory).slice(0, MOST);
      if (items.length && !(items.length === 1 && items[0].insert === typed)) return this.open(typed, items);
    }
    return this.close();
  }

  open(typed, items) {
    Object.assign(this, { typed, items, active: 0 });
    refill(this.node, items.map((item, n) => this.row(item, n)));
    this.node.hidden = false;
    this.mark();
  }

  row(item, n) {
    return h('div', { class: 'completion-row', role: 'option', id: `${this.id}-${n}`, onMousedown: (event) => (event.preventDefault(), this.choose(n)) },
      item.face && h('span', { class: 'completion-face' }, item.face),
      h('span', { class: 'completion-title' }, item.title),
      item.hint && h('span', { class: 'completion-hint' }, item.hint),
      item.note && h('span', { class: 'completion-note' }, item.note),
      item.tag && h('span', { class: 'app-badge' }, item.tag));
  }

  mark() {
    [...this.node.children].forEach((row, n) => row.setAttribute('aria-selected', String(n === this.active)));
    this.node.children[this.active]?.scrollIntoView({ block: 'nearest' });
    this.field.setAttribute('aria-activedescendant', `${this.id}-${this.active}`);
  }

  close() {
    this.node.hidden = true;
    this.field.removeAttribute('aria-activedescendant');
  }

  choose(n) {
    const at = this.field.selectionStart;
    const before = this.field.value.slice(0, at - this.typed.length);
    const insert = `${this.items[n].insert} `;
    this.field.value = before + insert + this.field.value.slice(at).replace(/^ /, '');
    this.field.setSelectionRange(before.length + insert.length, before.length + insert.length);
    this.close();
    this.field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** @returns {boolean} whether the list took the key */
  key(event) {
    if (!this.isOpen) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.active = (this.active + step + this.items.length) % this.items.length;
      this.mark();
    } else if (event.key === 'Enter' || event.key === 'Tab') this.choose(this.active);
    else if (event.key === 'Escape') this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
