import { h } from './dom.js';
import { dispatch, focusKey } from './dispatch.js';
import { icon } from './icons.js';
import { wordsOf } from './text.js';

/** Text, email, address, number and file inputs. */

const NEARLY_FULL = 0.8;

export function plainTextInput(element, block, surface) {
  const props = commonProps(element, block, surface);
  const node = element.multiline
    ? h('textarea', { ...props, class: 'field', rows: 3 })
    : h('input', { ...props, class: 'field', type: 'text' });
  wire(node, element, block, surface);
  if (element.multiline) grow(node);
  return element.max_length ? counted(node, element.max_length) : node;
}

const typed = (type, extra = () => ({})) => (element, block, surface) => {
  const node = h('input', { ...commonProps(element, block, surface), ...extra(element), class: 'field', type });
  wire(node, element, block, surface);
  return node;
};

export const emailInput = typed('email', () => ({ autocomplete: 'off' }));
export const urlInput = typed('url', () => ({ inputmode: 'url' }));
export const numberInput = typed('number', (element) => ({
  min: element.min_value ?? null,
  max: element.max_value ?? null,
  step: element.is_decimal_allowed ? 'any' : '1',
  inputmode: element.is_decimal_allowed ? 'decimal' : 'numeric',
}));

function commonProps(element, block, surface) {
  return {
    value: surface.current(block, element) ?? '',
    placeholder: wordsOf(element.placeholder) || null,
    maxlength: element.max_length ?? null,
    'aria-label': wordsOf(block.label) || wordsOf(element.placeholder) || null,
    dataset: { ...focusKey(block, element), ...(element.focus_on_load ? { autofocus: '' } : {}) },
  };
}

/** Typing is remembered; with `dispatch_action` it is also sent, on Enter or on each character. */
function wire(node, element, block, surface) {
  const on = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  const send = () => dispatch({ node, block, element, surface }, node.value);
  let timer = 0;
  node.addEventListener('input', () => {
    surface.set(block, element, node.value);
    if (!block.dispatch_action || !on.includes('on_character_entered')) return;
    clearTimeout(timer);
    timer = setTimeout(send, 250);
  });
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing || node.tagName === 'TEXTAREA') return;
    event.preventDefault();
    if (block.dispatch_action && on.includes('on_enter_pressed')) send();
    else node.dispatchEvent(new CustomEvent('kit:submit', { bubbles: true }));
  });
}

/** A text area as tall as its text, up to what CSS allows. */
export function grow(node) {
  const fit = () => {
    node.style.height = 'auto';
    node.style.height = `${node.scrollHeight + 2}px`;
  };
  node.addEventListener('input', fit);
  requestAnimationFrame(fit);
}

function counted(node, max) {
  const count = h('span', { class: 'count', 'aria-live': 'polite' });
  const show = () => {
    const left = max - node.value.length;
    count.textContent = node.value.length >= max * NEARLY_FULL ? String(left) : '';
    count.setAttribute('aria-label', count.textContent ? `${left} characters left` : '');
  };
  node.addEventListener('input', show);
  show();
  return h('span', { class: 'counted' }, node, count);
}

/** Files are sent to the sandbox as soon as they are chosen; the value is the list of their ids. */
export function fileInput(element, block, surface) {
  const list = h('ul', { class: 'file-list', 'aria-live': 'polite' });
  const input = h('input', {
    type: 'file',
    class: 'field',
    multiple: (element.max_files ?? 10) > 1,
    accept: element.filetypes?.map((type) => `.${type}`).join(',') ?? null,
    'aria-label': wordsOf(block.label) || 'Files',
    dataset: focusKey(block, element),
  });
  const row = (words, failed) => h('li', { class: failed ? 'failed' : null }, icon(failed ? 'alert' : 'file', 15), words);
  input.addEventListener('change', async () => {
    const chosen = [...input.files].slice(0, element.max_files ?? 10);
    list.replaceChildren(...chosen.map((file) => row(`${file.name} …`)));
    try {
      const files = await Promise.all(chosen.map((file) => surface.transport.upload(file)));
      surface.set(block, element, files.map((file) => file.id));
      list.replaceChildren(...chosen.map((file) => row(file.name)));
    } catch (error) {
      list.replaceChildren(row(error.message, true));
    }
  });
  return h('div', { class: 'file-input' }, input, list);
}
