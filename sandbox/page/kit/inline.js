import { fromCodepoints, glyph } from './emoji.js';
import { h } from './dom.js';
import { formatDate, fullTime } from './time.js';

/** The small pieces that mrkdwn, rich text and Markdown share: mentions, links, dates, emoji. */

const SAFE_SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const EMOJI = /:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/g;

/** The address if a browser may follow it, else null: `javascript:`, `data:` and friends are never live. */
export function safeHref(url) {
  try {
    const parsed = new URL(url, document.baseURI);
    const relative = !/^[a-z][a-z0-9+.-]*:/i.test(url);
    return SAFE_SCHEMES.has(parsed.protocol) && !(relative && !url.startsWith('/')) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A link that opens outside; an unsafe one stays visible as text. */
export function link(url, label) {
  const href = safeHref(url);
  const text = label ?? url;
  if (!href) return h('span', { class: 'dead-link', title: url }, text);
  return h('a', { class: 'link', href, target: '_blank', rel: 'noopener noreferrer nofollow' }, text);
}

/** @returns {Node} `:name:` stays text when the name is unknown */
export function emoji(name, unicode) {
  const char = (unicode && fromCodepoints(unicode)) ?? glyph(name);
  if (!char) return document.createTextNode(`:${name}:`);
  return h('span', { class: 'emoji', role: 'img', 'aria-label': `${name} emoji`, title: `:${name}:` }, char);
}

/** Text with `:names:` turned to emoji; nothing else is interpreted. @returns {Node[]} */
export function withEmoji(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(EMOJI)) {
    if (!glyph(match[1])) continue;
    if (match.index > end) nodes.push(document.createTextNode(text.slice(end, match.index)));
    nodes.push(emoji(match[1]));
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push(document.createTextNode(text.slice(end)));
  return nodes;
}

export function userMention(id, directory, label) {
  const name = directory.user(id)?.shown ?? label ?? id;
  const self = directory.me === id;
  return h('button', { type: 'button', class: `mention${self ? ' mention-me' : ''}`, dataset: { openUser: id } }, `@${name}`);
}

export function channelMention(id, directory, label) {
  const channel = directory.channel(id);
  const name = channel?.name ?? label;
  if (!channel) return h('span', { class: 'mention mention-unknown' }, name ? `#${name}` : '#private-channel');
  return h('button', { type: 'button', class: 'mention', dataset: { openChannel: id } }, `#${name}`);
}

export function groupMention(id, directory, label) {
  const group = directory.group(id);
  const name = group?.handle ?? label?.replace(/^@/, '') ?? id;
  const self = group?.users?.includes(directory.me);
  return h('span', { class: `mention${self ? ' mention-me' : ''}`, title: group?.name }, `@${name}`);
}

/** @here, @channel, @everyone: they address the reader. */
export function broadcast(range) {
  return h('span', { class: 'mention mention-me' }, `@${range}`);
}

/** A date in the reader's zone, with the full time as its title. */
export function dateNode(seconds, format, { url, fallback } = {}) {
  if (!Number.isFinite(seconds)) return document.createTextNode(fallback ?? '');
  const date = new Date(seconds * 1000);
  const words = h('time', { datetime: date.toISOString(), title: fullTime(date) }, formatDate(seconds, format));
  return url ? link(url, words) : words;
}
