import { h, refill } from './dom.js';
import { dispatch, focusKey } from './dispatch.js';
import { icon } from './icons.js';
import { openListbox } from './listbox.js';
import { textNodes, wordsOf } from './text.js';

/** Select menus, single and multiple, of options, people, channels or whatever the app suggests. */

/** What each kind offers: `(element, block, surface, query) => Group[] | Promise<Group[]>`. */
const SOURCES = {
  static: (element, _block, surface, query) => matching(optionGroups(element, surface), query),
  external: async (element, block, surface, query) => {
    const answer = await surface.suggest(block, element, query);
    return optionGroups(answer, surface, element);
  },
  users: (_element, _block, surface, query) => matching([{ choices: people(surface) }], query),
  channels: (_element, _block, surface, query) => matching([{ choices: channels(surface, (channel) => !channel.is_im && !channel.is_private) }], query),
  conversations: (element, _block, surface, query) => matching([{ choices: conversations(element, surface) }], query),
};

const KIND = /^(multi_)?(static|external|users|channels|conversations)_select$/;

/** Is this a select menu that this module shows? */
export function isSelect(type) {
  return KIND.test(type);
}

export function select(element, block, surface) {
  const [, multi, kind] = element.type.match(KIND);
  const menu = new Select({ element, block, surface, multi: Boolean(multi), kind });
  return menu.node;
}

class Select {
  constructor(given) {
    Object.assign(this, given);
    const { element, block } = given;
    this.face = h('span', { class: 'select-face' });
    this.node = h('button', {
      type: 'button',
      class: `select${this.multi ? ' multi' : ''}`,
      role: 'combobox',
      'aria-haspopup': 'listbox',
      'aria-expanded': 'false',
      dataset: focusKey(block, element),
      onClick: () => this.openList(),
      onKeydown: (event) => ['ArrowDown', 'ArrowUp'].includes(event.key) && (event.preventDefault(), this.openList()),
    }, this.face, icon('down', 16));
    this.draw();
  }

  get values() {
    const value = this.surface.current(this.block, this.element);
    return this.multi ? (value ?? []) : value === null ? [] : [value];
  }

  draw() {
    const placeholder = wordsOf(this.element.placeholder) || (this.multi ? 'Select options' : 'Select an option');
    const names = this.values.map((value) => labelOf(value, this));
    const shown = this.multi ? names.map((name) => h('span', { class: 'chip' }, name)) : names;
    refill(this.face, names.length ? shown : h('span', { class: 'placeholder' }, placeholder));
    const name = wordsOf(this.block.label) || placeholder;
    this.node.setAttribute('aria-label', names.length ? `${name}: ${names.map((each) => each.textContent).join(', ')}` : name);
  }

  openList() {
    const before = JSON.stringify(this.values);
    const clear = this.canClear() ? [{ choices: [{ value: null, label: 'Clear selection' }] }] : [];
    openListbox(this.node, {
      label: wordsOf(this.block.label) || wordsOf(this.element.placeholder) || 'Options',
      placeholder: this.multi ? 'Search, choose one or more' : 'Search',
      minimum: this.kind === 'external' ? (this.element.min_query_length ?? 3) : 0,
      load: async (query) => [...(await SOURCES[this.kind](this.element, this.block, this.surface, query)), ...(query ? [] : clear)],
      chosen: () => this.values,
      choose: (choice) => this.choose(choice),
      onClose: () => this.multi && JSON.stringify(this.values) !== before && this.changed(JSON.parse(before)),
    });
  }

  /** In a form a choice that is not required can be taken back. */
  canClear() {
    return !this.multi && this.block.type === 'input' && this.block.optional && this.values.length > 0;
  }

  choose(choice) {
    this.surface.labels.set(choice.value, choice.label);
    const before = this.surface.current(this.block, this.element);
    if (!this.multi) {
      this.store(choice.value);
      if (choice.value !== before || this.block.type !== 'input') this.changed(before);
      return true;
    }
    const has = this.values.includes(choice.value);
    if (!has && this.values.length >= (this.element.max_selected_items ?? Infinity)) return false;
    this.store(has ? this.values.filter((value) => value !== choice.value) : [...this.values, choice.value]);
    return false;
  }

  store(value) {
    this.surface.set(this.block, this.element, value);
    this.draw();
  }

  async changed(before) {
    if (!this.surface.dispatches(this.block)) return;
    const value = this.surface.current(this.block, this.element);
    const sent = await dispatch(this, value);
    if (!sent) this.store(before);
  }
}

function optionGroups(source, surface, _element) {
  const groups = source.option_groups ?? [{ options: source.options ?? [] }];
  return groups.map((group) => ({
    label: wordsOf(group.label),
    choices: group.options.map((option) => ({
      value: option.value,
      label: wordsOf(option.text),
      node: () => textNodes(option.text, surface.directory),
      note: option.description && textNodes(option.description, surface.directory),
    })),
  }));
}

function people(surface) {
  return surface.directory.people().map((user) => ({ value: user.id, label: user.shown, note: user.title, node: () => [swatch(user.color), user.shown] }));
}

function channels(surface, wanted) {
  return surface.directory.channels().filter(wanted).map((channel) => ({ value: channel.id, label: channel.name, node: () => [icon(channel.is_private ? 'lock' : 'hash', 14), channel.name] }));
}

function conversations(element, surface) {
  const include = element.filter?.include ?? ['public', 'private', 'im'];
  const kindOf = (channel) => (channel.is_im ? 'im' : channel.is_private ? 'private' : 'public');
  return [
    ...channels(surface, (channel) => !channel.is_im && include.includes(kindOf(channel))),
    ...(include.includes('im') ? people(surface) : []),
  ];
}

const swatch = (color) => h('span', { class: 'person-dot', style: { background: color ?? '#888' } });

function matching(groups, query) {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return groups;
  return groups.map((group) => ({ ...group, choices: group.choices.filter((choice) => choice.label.toLowerCase().includes(wanted)) }));
}

/** How a chosen value is shown. @returns {HTMLElement} */
function labelOf(value, { element, surface }) {
  const groups = element.option_groups ?? [{ options: element.options ?? [] }];
  const known = [...groups.flatMap((group) => group.options), element.initial_option, ...(element.initial_options ?? [])];
  const option = known.find((each) => each?.value === value);
  if (option) return h('span', {}, textNodes(option.text, surface.directory));
  const channel = surface.directory.channel(value);
  return h('span', {}, surface.directory.user(value)?.shown ?? (channel ? `#${channel.name}` : (surface.labels.get(value) ?? value)));
}
