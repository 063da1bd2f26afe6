import { h, uid } from './dom.js';
import { dispatch, focusKey } from './dispatch.js';
import { textNodes, wordsOf } from './text.js';

/** Radio buttons and checkboxes. */

export function radioButtons(element, block, surface) {
  const name = uid('radio');
  const chosen = () => surface.current(block, element);
  return choiceGroup({ element, block, surface, role: 'radiogroup' }, (option) => ({
    type: 'radio',
    name,
    checked: chosen() === option.value,
    next: () => option.value,
  }));
}

export function checkboxes(element, block, surface) {
  const chosen = () => surface.current(block, element) ?? [];
  return choiceGroup({ element, block, surface, role: 'group' }, (option) => ({
    type: 'checkbox',
    checked: chosen().includes(option.value),
    next: (checked) => {
      const others = chosen().filter((value) => value !== option.value);
      return checked ? [...others, option.value] : others;
    },
  }));
}

function choiceGroup({ element, block, surface, role }, describe) {
  const row = (option) => {
    const { next, ...props } = describe(option);
    const input = h('input', {
      ...props,
      class: 'choice-input',
      dataset: focusKey(block, element, option.value),
      onChange: async () => {
        const before = surface.current(block, element);
        surface.set(block, element, next(input.checked));
        if (!surface.dispatches(block)) return;
        const sent = await dispatch({ node, block, element, surface }, surface.current(block, element));
        if (!sent) undo(before);
      },
    });
    const words = h('span', { class: 'choice-words' }, h('span', { class: 'text' }, textNodes(option.text, surface.directory)),
      option.description && h('span', { class: 'choice-note text' }, textNodes(option.description, surface.directory)));
    return { input, option, node: h('label', { class: 'choice' }, input, words) };
  };
  const rows = element.options.map(row);
  const undo = (before) => {
    surface.set(block, element, before);
    for (const { input, option } of rows) input.checked = describe(option).checked;
  };
  const node = h('div', { class: 'choices', role, 'aria-label': wordsOf(block.label) || 'Options' }, rows.map((each) => each.node));
  return node;
}
