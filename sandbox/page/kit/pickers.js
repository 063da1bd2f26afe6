import { h } from './dom.js';
import { dispatch, focusKey } from './dispatch.js';
import { wordsOf } from './text.js';

/** Date and time pickers: the browser's own, which keyboards, phones and screen readers know. */

const SETTLE = 500; // ms: a date typed by keyboard changes with every digit

export const datePicker = picker({ type: 'date', label: 'Date', show: (value) => value ?? '', read: (text) => text || null });

export const timePicker = picker({ type: 'time', label: 'Time', show: (value) => value ?? '', read: (text) => text || null });

export const dateTimePicker = picker({
  type: 'datetime-local',
  label: 'Date and time',
  show: (seconds) => (seconds === null ? '' : localTime(new Date(seconds * 1000))),
  read: (text) => (text ? Math.floor(new Date(text).getTime() / 1000) : null),
});

function picker({ type, label, show, read }) {
  return (element, block, surface) => {
    const input = h('input', {
      type,
      class: 'field picker',
      value: show(surface.current(block, element)),
      'aria-label': wordsOf(block.label) || wordsOf(element.placeholder) || label,
      title: wordsOf(element.placeholder) || null,
      dataset: focusKey(block, element),
    });
    const send = async (before) => {
      if (!(await dispatch({ node: input, block, element, surface }, surface.current(block, element)))) {
        surface.set(block, element, before);
        input.value = show(before);
      }
    };
    let timer = 0;
    input.addEventListener('change', () => {
      const before = surface.current(block, element);
      const value = read(input.value);
      if (value === before) return;
      surface.set(block, element, value);
      clearTimeout(timer);
      if (surface.dispatches(block)) timer = setTimeout(send, SETTLE, before);
    });
    if (element.focus_on_load) input.dataset.autofocus = '';
    return input;
  };
}

function localTime(date) {
  const two = (n) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
