import { h } from './dom.js';
import { broadcast, channelMention, dateNode, emoji, groupMention, link, userMention } from './inline.js';

/** The `rich_text` block: Slack's own tree, so nothing in its text elements is interpreted. */

const WRAPS = [['code', 'code'], ['bold', 'strong'], ['italic', 'em'], ['strike', 's'], ['underline', 'u'], ['highlight', 'mark']];

const BLOCKS = {
  rich_text_section: (node, directory) => h('div', { class: 'rich-section' }, pieces(node, directory)),
  rich_text_preformatted: (node, directory) => h('pre', { class: 'code-block' }, h('code', {}, pieces(node, directory))),
  rich_text_quote: (node, directory) => h('blockquote', { class: 'quote' }, pieces(node, directory)),
  rich_text_list: list,
};

const PIECES = {
  text: (piece) => document.createTextNode(piece.text),
  link: (piece) => link(piece.url, piece.text || piece.url),
  emoji: (piece) => emoji(piece.skin_tone ? `${piece.name}::skin-tone-${piece.skin_tone}` : piece.name, piece.unicode),
  user: (piece, directory) => userMention(piece.user_id, directory),
  channel: (piece, directory) => channelMention(piece.channel_id, directory),
  usergroup: (piece, directory) => groupMention(piece.usergroup_id, directory),
  broadcast: (piece) => broadcast(piece.range),
  date: (piece) => dateNode(Number(piece.timestamp), piece.format ?? '{date}', piece),
  color: (piece) => h('span', { class: 'swatch' }, h('span', { class: 'swatch-dot', style: { background: colorOf(piece.value) } }), piece.value),
  team: (piece) => document.createTextNode(piece.team_id),
};

/** @param {{elements: object[]}} block @returns {HTMLElement} */
export function richText(block, directory) {
  const parts = (block.elements ?? []).map((node) => (BLOCKS[node.type] ?? unknown)(node, directory));
  return h('div', { class: 'rich-text' }, parts);
}

const unknown = (node) => h('span', { class: 'unsupported' }, `unsupported rich text: ${node.type}`);

function pieces(node, directory) {
  return (node.elements ?? []).map((piece) => dressed(piece, (PIECES[piece.type] ?? unknown)(piece, directory)));
}

function dressed(piece, node) {
  return WRAPS.reduce((inner, [style, tag]) => (piece.style?.[style] ? h(tag, tag === 'code' ? { class: 'code' } : {}, inner) : inner), node);
}

function list(node, directory) {
  const indent = Math.min(node.indent ?? 0, 8);
  const items = (node.elements ?? []).map((item) => h('li', {}, listItem(item, directory)));
  const ordered = node.style === 'ordered';
  const props = { class: `rich-list indent-${indent}${node.border ? ' bordered' : ''}`, start: ordered && node.offset ? node.offset + 1 : null };
  return h(ordered ? 'ol' : 'ul', props, items);
}

function listItem(item, directory) {
  return item.type === 'rich_text_section' ? pieces(item, directory) : (BLOCKS[item.type] ?? unknown)(item, directory);
}

const colorOf = (value) => (/^#[0-9a-f]{3,8}$/i.test(value) ? value : 'transparent');
