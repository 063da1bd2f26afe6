import { h } from './dom.js';
import { focusKey } from './dispatch.js';
import { icon } from './icons.js';
import { richText } from './richtext.js';
import { wordsOf } from './text.js';

/** The `rich_text_input`: a small editor whose value is a `rich_text` block. */

const TOOLS = [
  ['bold', 'Bold', () => document.execCommand('bold')],
  ['italic', 'Italic', () => document.execCommand('italic')],
  ['strike', 'Strikethrough', () => document.execCommand('strikeThrough')],
  ['code', 'Code', wrapCode],
  ['list', 'Bulleted list', () => document.execCommand('insertUnorderedList')],
];

const STYLES = { B: 'bold', STRONG: 'bold', I: 'italic', EM: 'italic', S: 'strike', STRIKE: 'strike', DEL: 'strike', U: 'underline', CODE: 'code' };

export function richTextInput(element, block, surface) {
  const label = wordsOf(block.label) || 'Text';
  const held = surface.current(block, element);
  const editor = h('div', {
    class: 'rich-editor',
    contenteditable: 'true',
    role: 'textbox',
    'aria-multiline': 'true',
    'aria-label': label,
    dataset: { ...focusKey(block, element), placeholder: wordsOf(element.placeholder), ...(element.focus_on_load ? { autofocus: '' } : {}) },
  }, held && richText(held, surface.directory));
  const remember = () => surface.set(block, element, editor.textContent.trim() ? toRichText(editor) : null);
  editor.addEventListener('input', remember);
  editor.addEventListener('paste', (event) => {
    event.preventDefault();
    document.execCommand('insertText', false, event.clipboardData.getData('text/plain'));
  });
  const tools = TOOLS.map(([name, words, run]) => h('button', {
    type: 'button',
    class: 'icon-button small',
    'aria-label': words,
    title: words,
    onMousedown: (event) => event.preventDefault(),
    onClick: () => (editor.focus(), run(), remember()),
  }, icon(name, 16)));
  return h('div', { class: 'rich-input field' }, h('div', { class: 'rich-tools', role: 'toolbar', 'aria-label': 'Formatting' }, tools), editor);
}

function wrapCode() {
  const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
  if (!range || range.collapsed) return;
  const code = h('code', { class: 'code' }, range.toString());
  range.deleteContents();
  range.insertNode(code);
}

/** What the editor holds, as a `rich_text` block. */
export function toRichText(editor) {
  const elements = [];
  let section = [];
  const flush = () => {
    if (section.length) elements.push({ type: 'rich_text_section', elements: section });
    section = [];
  };
  const lineBreak = () => section.length && section.push({ type: 'text', text: '\n' });
  const walk = (node, style) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.data) section.push(piece(node.data, style));
      return;
    }
    if (node.tagName === 'UL' || node.tagName === 'OL') {
      flush();
      elements.push(listOf(node));
      return;
    }
    if (node.tagName === 'BR') lineBreak();
    if (['DIV', 'P'].includes(node.tagName)) lineBreak();
    const name = STYLES[node.tagName];
    for (const child of node.childNodes) walk(child, name ? { ...style, [name]: true } : style);
  };
  for (const child of editor.childNodes) walk(child, {});
  flush();
  return { type: 'rich_text', elements };
}

function listOf(list) {
  const items = [...list.children].map((item) => ({ type: 'rich_text_section', elements: item.textContent ? [piece(item.textContent, {})] : [] }));
  return { type: 'rich_text_list', style: list.tagName === 'OL' ? 'ordered' : 'bullet', elements: items };
}

function piece(text, style) {
  return Object.keys(style).length ? { type: 'text', text, style } : { type: 'text', text };
}
