import { h } from './dom.js';
import { link, withEmoji } from './inline.js';

/** The `markdown` block: standard Markdown (headings, lists, tasks, quotes, tables, code, emphasis, links), as DOM nodes. */

const FENCE = /^ {0,3}(```+|~~~+)\s*(\S*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const SPAN = /`+[^`]+`+|!?\[[^\]]*\]\([^()\s]+(?:\s+"[^"]*")?\)|<https?:[^>\s]+>|https?:\/\/[^\s<>()]+|\\[\\`*_{}[\]()#+\-.!~|]/g;
const MARKS = [['**', 'strong'], ['__', 'strong'], ['~~', 's'], ['*', 'em'], ['_', 'em']];

/** @param {string} text @returns {HTMLElement} */
export function markdown(text) {
  return h('div', { class: 'markdown' }, blocks(text.replace(/\r\n?/g, '\n').split('\n')));
}

function blocks(lines) {
  const nodes = [];
  let i = 0;
  while (i < lines.length) {
    const [node, next] = blockAt(lines, i);
    if (node) nodes.push(node);
    i = next;
  }
  return nodes;
}

/** @returns {[Node | null, number]} the block that starts at line `i`, and the line after it */
function blockAt(lines, i) {
  const line = lines[i];
  if (!line.trim()) return [null, i + 1];
  if (FENCE.test(line)) return fence(lines, i);
  const heading = line.match(HEADING);
  if (heading) return [h(`h${Math.min(heading[1].length + 2, 6)}`, { class: `md-heading md-h${heading[1].length}` }, spans(heading[2])), i + 1];
  if (RULE.test(line)) return [h('hr', { class: 'divider' }), i + 1];
  if (/^ {0,3}>/.test(line)) return quote(lines, i);
  if (ITEM.test(line)) return list(lines, i);
  if (line.includes('|') && TABLE_RULE.test(lines[i + 1] ?? '') && lines[i + 1].includes('-')) return table(lines, i);
  return paragraph(lines, i);
}

function fence(lines, i) {
  const [, mark] = lines[i].match(FENCE);
  let end = i + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  return [h('pre', { class: 'code-block' }, h('code', {}, lines.slice(i + 1, end).join('\n'))), end + 1];
}

function quote(lines, i) {
  let end = i;
  while (end < lines.length && /^ {0,3}>/.test(lines[end])) end += 1;
  const inner = lines.slice(i, end).map((line) => line.replace(/^ {0,3}> ?/, ''));
  return [h('blockquote', { class: 'quote' }, blocks(inner)), end];
}

function list(lines, i) {
  const [, indent, first] = lines[i].match(ITEM);
  const depth = indent.length;
  const ordered = /\d/.test(first);
  const items = [];
  let end = i;
  while (end < lines.length) {
    const match = lines[end].match(ITEM);
    if (match && match[1].length === depth && /\d/.test(match[2]) === ordered) {
      items.push([match[3]]);
    } else if (items.length && lines[end].trim() && indentOf(lines[end]) > depth) {
      items.at(-1).push(lines[end].slice(Math.min(indentOf(lines[end]), depth + 2)));
    } else break;
    end += 1;
  }
  const start = ordered && Number.parseInt(first, 10) !== 1 ? Number.parseInt(first, 10) : null;
  return [h(ordered ? 'ol' : 'ul', { class: 'md-list', start }, items.map(item)), end];
}

const indentOf = (line) => line.length - line.trimStart().length;

function item([head, ...rest]) {
  const task = head.match(/^\[([ xX])\]\s+(.*)$/);
  const box = task && h('input', { type: 'checkbox', checked: task[1] !== ' ', disabled: true, 'aria-label': task[1] === ' ' ? 'to do' : 'done' });
  return h('li', { class: task ? 'md-task' : null }, box, spans(task ? task[2] : head), rest.length ? blocks(rest) : null);
}

function table(lines, i) {
  const aligns = cells(lines[i + 1]).map((cell) => (/^:-+:$/.test(cell) ? 'center' : /-:$/.test(cell) ? 'right' : 'left'));
  let end = i + 2;
  while (end < lines.length && lines[end].includes('|') && lines[end].trim()) end += 1;
  const row = (line, tag) => h('tr', {}, cells(line).map((cell, n) => h(tag, { style: { 'text-align': aligns[n] ?? 'left' }, scope: tag === 'th' ? 'col' : null }, spans(cell))));
  const body = lines.slice(i + 2, end).map((line) => row(line, 'td'));
  const node = h('div', { class: 'table-scroll', tabindex: '0', role: 'group', 'aria-label': 'Table' }, h('table', { class: 'table' }, h('thead', {}, row(lines[i], 'th')), h('tbody', {}, body)));
  return [node, end];
}

const cells = (line) => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());

function paragraph(lines, i) {
  let end = i + 1;
  while (end < lines.length && lines[end].trim() && !startsBlock(lines[end])) end += 1;
  return [h('p', { class: 'md-p' }, spans(lines.slice(i, end).join('\n'))), end];
}

const startsBlock = (line) => FENCE.test(line) || HEADING.test(line) || RULE.test(line) || /^ {0,3}>/.test(line) || ITEM.test(line);

/** Inline Markdown: code, links and escapes first, then emphasis in the text between them. */
function spans(text) {
  const kept = [];
  const held = text.replace(/[\uE000]/g, ' ').replace(SPAN, (match) => (kept.push(span(match)), '\uE000'));
  let used = 0;
  return emphasise(held, (words) => words.split('\uE000').flatMap((piece, n) => [...(n > 0 ? [kept[used++]] : []), ...withEmoji(piece)]));
}

function span(match) {
  if (match.startsWith('\\')) return document.createTextNode(match.slice(1));
  if (match.startsWith('`')) return h('code', { class: 'code' }, match.replace(/^`+|`+$/g, ''));
  const labelled = match.match(/^!?\[([^\]]*)\]\(([^()\s]+)/);
  if (labelled) return link(labelled[2], labelled[1] || labelled[2]);
  const address = match.replace(/^<|>$/g, '');
  const trimmed = address.replace(/[.,;:!?'"*_~]+$/, '');
  return trimmed === address ? link(address) : h('span', {}, link(trimmed), address.slice(trimmed.length));
}

function emphasise(text, leaf) {
  for (let i = 0; i < text.length; i += 1) {
    for (const [mark, tag] of MARKS) {
      if (!text.startsWith(mark, i) || /\s/.test(text[i + mark.length] ?? ' ')) continue;
      if (mark[0] === '_' && /\w/.test(text[i - 1] ?? ' ')) continue;
      const close = closing(text, i + mark.length, mark);
      if (close < 0) continue;
      const head = leaf(text.slice(0, i));
      const body = h(tag, {}, emphasise(text.slice(i + mark.length, close), leaf));
      return [...head, body, ...emphasise(text.slice(close + mark.length), leaf)];
    }
  }
  return leaf(text);
}

function closing(text, from, mark) {
  let at = text.indexOf(mark, from + 1);
  while (at >= 0) {
    const doubled = mark.length === 1 && (text[at + 1] === mark || text[at - 1] === mark);
    const inWord = mark[0] === '_' && /\w/.test(text[at + mark.length] ?? ' ');
    if (!/\s/.test(text[at - 1]) && !doubled && !inWord) return at;
    at = text.indexOf(mark, at + mark.length);
  }
  return -1;
}
