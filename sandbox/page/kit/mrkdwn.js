import { append, h } from './dom.js';
import { broadcast, channelMention, dateNode, groupMention, link, userMention, withEmoji } from './inline.js';

/**
 * Slack's mrkdwn (https://docs.slack.dev/messaging/formatting-message-text) as DOM nodes.
 *
 * Everything that must not be looked into again (`<…>` tokens, code, bare addresses) is first taken out and replaced by
 * one placeholder character, an *atom*; emphasis is then found in what is left. Linear in the length of the text.
 */

const ATOM = '\uE000';
const TOKEN = /<([^<>\n]+)>|\uE000/g;
const FENCE = /```([\s\S]*?)```/g;
const CODE = /`([^`\n]+)`/g;
const ADDRESS = /\bhttps?:\/\/[^\s<>\uE000]+/g;
const STYLES = { '*': 'strong', _: 'em', '~': 's' };
const WORD = /[\p{L}\p{N}]/u;

/**
 * @param {string} text
 * @param {object} directory who and what ids mean
 * @param {{verbatim?: boolean}} [options] verbatim leaves bare addresses alone
 * @returns {DocumentFragment}
 */
export function mrkdwn(text, directory, { verbatim = false } = {}) {
  const atoms = [];
  const keep = (node) => (atoms.push(node), ATOM);
  const rest = text.replace(TOKEN, (all, inner) => keep(inner ? token(inner, directory) : document.createTextNode(all)));
  const source = new Source(atoms);
  const blocks = cutFences(rest);
  const fragment = document.createDocumentFragment();
  for (const block of blocks) {
    if (block.code !== undefined) fragment.append(h('pre', { class: 'code-block' }, h('code', {}, source.plain(block.code))));
    else append(fragment, prose(block.text, source, verbatim));
  }
  return fragment;
}

/** The text with its atoms; they come back in the order in which they were taken out. */
class Source {
  constructor(atoms) {
    this.atoms = atoms;
    this.next = 0;
  }

  /** Nodes of text in which only atoms and entities mean something. */
  plain(text, leaf = (words) => [document.createTextNode(words)]) {
    const nodes = [];
    text.split(ATOM).forEach((words, i) => {
      if (i > 0) nodes.push(this.atoms[this.next++]);
      if (words) nodes.push(...leaf(unescape(words)));
    });
    return nodes;
  }
}

function cutFences(text) {
  const blocks = [];
  let end = 0;
  for (const match of text.matchAll(FENCE)) {
    if (!match[1].trim()) continue;
    blocks.push({ text: text.slice(end, match.index).replace(/\n$/, '') });
    blocks.push({ code: match[1].replace(/^\n/, '').replace(/\n$/, '') });
    end = match.index + match[0].length;
    if (text[end] === '\n') end += 1;
  }
  blocks.push({ text: text.slice(end) });
  return blocks.filter((block) => block.code !== undefined || block.text !== '');
}

/** Quotes and the lines between them. */
function prose(text, source, verbatim) {
  const nodes = [];
  let run = { quote: false, lines: [] };
  const flush = () => {
    if (run.lines.length === 0) return;
    const inner = inline(run.lines.join('\n'), source, verbatim);
    nodes.push(run.quote ? h('blockquote', { class: 'quote' }, inner) : h('span', { class: 'prose' }, inner));
  };
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i += 1) {
    const rest = lines[i].match(/^(?:&gt;){3} ?(.*)$|^>>> ?(.*)$/);
    const quoted = lines[i].match(/^(?:&gt;|>) ?(.*)$/);
    if (Boolean(quoted) !== run.quote) {
      flush();
      run = { quote: Boolean(quoted), lines: [] };
    }
    if (rest) {
      run.lines.push(rest[1] ?? rest[2], ...lines.slice(i + 1));
      break;
    }
    run.lines.push(quoted ? quoted[1] : lines[i]);
  }
  flush();
  return nodes;
}

/** Inline code and bare addresses become atoms of this stretch; then emphasis. */
function inline(text, source, verbatim) {
  const parts = [];
  let end = 0;
  const cut = (index, length, make) => {
    parts.push({ text: text.slice(end, index) });
    parts.push({ make });
    end = index + length;
  };
  for (const match of text.matchAll(verbatim ? CODE : new RegExp(`${CODE.source}|${ADDRESS.source}`, 'g'))) {
    if (match[1] !== undefined) cut(match.index, match[0].length, (from) => h('code', { class: 'code' }, from.plain(match[1])));
    else {
      const address = match[0].replace(/(?:&gt;|&lt;|[.,;:!?'")\]*_~])+$/, '');
      cut(match.index, address.length, () => link(unescape(address)));
    }
  }
  parts.push({ text: text.slice(end) });
  return emphasise(parts, source);
}

/** Join the parts again with their own placeholders, so that emphasis may span code and links. */
function emphasise(parts, source) {
  const makers = [];
  const joined = parts.map((part) => (part.make ? (makers.push(part.make), '\uE001') : part.text.replaceAll('\uE001', ' '))).join('');
  let used = 0;
  const leaf = (words) => {
    const nodes = [];
    words.split('\uE001').forEach((piece, i) => {
      if (i > 0) nodes.push(makers[used++](source));
      nodes.push(...source.plain(piece, withEmoji));
    });
    return nodes;
  };
  return styled(joined, leaf);
}

function styled(text, leaf) {
  const nodes = [];
  const exhausted = new Set();
  let plainFrom = 0;
  let i = 0;
  while (i < text.length) {
    const tag = STYLES[text[i]];
    const close = tag && opens(text, i) && !exhausted.has(text[i]) ? closer(text, i) : -1;
    if (close > 0) {
      nodes.push(...leaf(text.slice(plainFrom, i)), h(tag, {}, styled(text.slice(i + 1, close), leaf)));
      i = close + 1;
      plainFrom = i;
      continue;
    }
    if (tag && opens(text, i)) exhausted.add(text[i]); // no end on this line for this mark, nor for a later one
    if (text[i] === '\n') exhausted.clear();
    i += 1;
  }
  nodes.push(...leaf(text.slice(plainFrom)));
  return nodes;
}

const opens = (text, i) => !isWord(before(text, i)) && /\S/.test(text[i + 1] ?? ' ') && text[i + 1] !== text[i] && text[i - 1] !== text[i];

/** Index of the mark that ends the emphasis begun at `i`, on the same line, or -1. */
function closer(text, i) {
  for (let j = i + 2; j < text.length && text[j] !== '\n'; j += 1) {
    if (text[j] === text[i] && /\S/.test(text[j - 1]) && !isWord(after(text, j)) && text[j + 1] !== text[i]) return j;
  }
  return -1;
}

const isWord = (char) => char !== undefined && WORD.test(char);
const before = (text, i) => (/[\uDC00-\uDFFF]/.test(text[i - 1] ?? '') ? text.slice(i - 2, i) : text[i - 1]);
const after = (text, i) => (text[i + 1] === undefined ? undefined : String.fromCodePoint(text.codePointAt(i + 1)));

/** The three entities of Slack's text; decoded once, so `&amp;lt;` stays `&lt;`. */
export function unescape(text) {
  return text.replace(/&(amp|lt|gt);/g, (_all, name) => ({ amp: '&', lt: '<', gt: '>' })[name]);
}

/** One `<…>`: a mention, a date, or a link. */
function token(inner, directory) {
  const bar = inner.indexOf('|');
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? undefined : unescape(inner.slice(bar + 1));
  if (/^@[UW][A-Z0-9]+$/.test(target)) return userMention(target.slice(1), directory, label);
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return channelMention(target.slice(1), directory, label);
  if (target.startsWith('!')) return special(target.slice(1), label, directory);
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return link(unescape(target), label ? withEmoji(label) : unescape(target).replace(/^mailto:/, ''));
  return document.createTextNode(unescape(`<${inner}>`));
}

function special(target, label, directory) {
  const [kind, ...rest] = target.split('^');
  if (['here', 'channel', 'everyone'].includes(kind)) return broadcast(kind);
  if (kind === 'subteam') return groupMention(rest[0], directory, label);
  if (kind === 'date') return dateNode(Number(rest[0]), unescape(rest[1] ?? '{date}'), { url: rest[2] && unescape(rest[2]), fallback: label });
  return document.createTextNode(label ?? `<${target}>`);
}
