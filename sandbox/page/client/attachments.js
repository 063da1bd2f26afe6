import { renderBlocks } from '../kit/blocks.js';
import { h } from '../kit/dom.js';
import { link } from '../kit/inline.js';
import { mrkdwn } from '../kit/mrkdwn.js';

/** Attachments: the coloured bar beside a bot's message, with blocks or the older fields in it. */

const NAMED = { good: '#2eb67d', warning: '#ecb22e', danger: '#e01e5a' };

export function attachments(message, surface) {
  const given = message.attachments ?? [];
  if (given.length === 0) return null;
  return h('div', { class: 'attachments' }, given.map((each) => attachment(each, surface)));
}

function attachment(given, surface) {
  const text = (words, className) => words && h('div', { class: `text ${className}` }, mrkdwn(words, surface.directory));
  const title = given.title && h('div', { class: 'attachment-title' }, given.title_link ? link(given.title_link, given.title) : given.title);
  const fields = given.fields?.length && h('div', { class: 'fields' }, given.fields.map((field) => h('div', { class: 'field-text text' }, h('strong', {}, field.title), h('br'), mrkdwn(String(field.value ?? ''), surface.directory))));
  const content = given.blocks?.length
    ? renderBlocks(given.blocks, surface)
    : [given.author_name && h('div', { class: 'muted' }, given.author_name), title, text(given.text, ''), fields, given.footer && h('div', { class: 'muted small' }, given.footer)];
  return h('div', { class: 'attachment-group' }, text(given.pretext, 'pretext'),
    h('div', { class: 'attachment', style: { '--bar': colorOf(given.color) } }, content));
}

function colorOf(color) {
  if (!color) return 'var(--line-strong)';
  return NAMED[color] ?? (/^#?[0-9a-f]{3,8}$/i.test(color) ? `#${color.replace('#', '')}` : 'var(--line-strong)');
}
