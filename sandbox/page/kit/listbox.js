import { h, refill, uid } from './dom.js';
import { openPopover } from './overlay.js';

/**
 * @typedef {{value: any, label: string, node?: () => any, note?: any}} Choice
 * @typedef {{label?: string, choices: Choice[]}} Group
 */

/**
 * A searchable list next to `anchor` (ARIA combobox with listbox).
 * @param {HTMLElement} anchor
 * @param {object} given
 * @param {string} given.label
 * @param {(query: string) => Group[] | Promise<Group[]>} given.load
 * @param {() => any[]} given.chosen values chosen now
 * @param {(choice: Choice) => boolean} given.choose true closes the list
 * @param {() => void} [given.onClose]
 * @param {number} [given.minimum] letters wanted before `load` is asked
 * @param {string} [given.placeholder]
 */
export function openListbox(anchor, given) {
  const listId = uid('list');
  const input = h('input', {
    class: 'list-search',
    type: 'text',
    role: 'combobox',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-label': given.label,
    'aria-expanded': 'true',
    'aria-controls': listId,
    'aria-autocomplete': 'list',
    placeholder: given.placeholder ?? 'Search',
  });
  const list = h('div', { class: 'list', role: 'listbox', id: listId, 'aria-label': given.label });
  const popover = openPopover(anchor, [input, list], { label: given.label, className: 'listbox', role: 'presentation', onClose: given.onClose });
  popover.root.style.minWidth = `${Math.min(Math.max(anchor.offsetWidth, 240), 420)}px`;
  const view = new OptionList(list, input, given, popover);
  input.addEventListener('input', () => view.show(input.value));
  input.addEventListener('keydown', (event) => view.key(event));
  view.show('');
  input.focus();
  return popover;
}

class OptionList {
  constructor(list, input, given, popover) {
    Object.assign(this, { list, input, given, popover, options: [], active: -1, asked: 0 });
  }

  async show(query) {
    this.asked += 1;
    const asked = this.asked;
    if (query.length < (this.given.minimum ?? 0)) return this.note(`Type ${this.given.minimum} or more letters`);
    const loading = setTimeout(() => asked === this.asked && this.note('Loading…'), 150);
    let groups;
    try {
      groups = await this.given.load(query);
    } catch (error) {
      if (asked === this.asked) this.note(error.message);
      return undefined;
    } finally {
      clearTimeout(loading);
    }
    if (asked === this.asked) this.draw(groups);
    return undefined;
  }

  note(words) {
    this.options = [];
    this.active = -1;
    this.input.removeAttribute('aria-activedescendant');
    refill(this.list, h('div', { class: 'list-note', role: 'status' }, words));
  }

  draw(groups) {
    this.options = [];
    const nodes = groups.filter((group) => group.choices.length > 0).map((group) => {
      const rows = group.choices.map((choice) => this.row(choice));
      return group.label ? h('div', { role: 'group', 'aria-label': group.label }, h('div', { class: 'list-group', 'aria-hidden': 'true' }, group.label), rows) : rows;
    });
    if (this.options.length === 0) return this.note('Nothing found');
    refill(this.list, nodes);
    const chosen = this.options.findIndex(({ choice }) => this.given.chosen().includes(choice.value));
    this.activate(Math.max(chosen, 0));
    return undefined;
  }

  row(choice) {
    const selected = this.given.chosen().includes(choice.value);
    const node = h('div', { class: 'option', role: 'option', id: uid('option'), 'aria-selected': String(selected) },
      h('span', { class: 'option-label' }, choice.node?.() ?? choice.label), choice.note && h('span', { class: 'option-note' }, choice.note));
    node.addEventListener('mousedown', (event) => event.preventDefault());
    node.addEventListener('click', () => this.choose(choice));
    node.addEventListener('mousemove', () => this.activate(this.options.findIndex((option) => option.node === node), false));
    this.options.push({ node, choice });
    return node;
  }

  activate(index, scroll = true) {
    if (this.active === index && this.options[index]?.node.classList.contains('active')) return;
    this.options[this.active]?.node.classList.remove('active');
    this.active = index;
    const node = this.options[index]?.node;
    if (!node) return;
    node.classList.add('active');
    this.input.setAttribute('aria-activedescendant', node.id);
    if (scroll) node.scrollIntoView({ block: 'nearest' });
  }

  choose(choice) {
    if (this.given.choose(choice)) return this.popover.close();
    for (const { node, choice: each } of this.options) node.setAttribute('aria-selected', String(this.given.chosen().includes(each.value)));
    return undefined;
  }

  key(event) {
    const count = this.options.length;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step && count) {
      event.preventDefault();
      const to = Math.abs(step) === 1 ? (this.active + step + count) % count : Math.min(Math.max(this.active + step, 0), count - 1);
      this.activate(to);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      event.stopPropagation();
      if (this.options[this.active]) this.choose(this.options[this.active].choice);
    }
  }
}
