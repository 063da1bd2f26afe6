import { renderBlocks } from '../kit/blocks.js';
import { h } from '../kit/dom.js';
import { glyph } from '../kit/emoji.js';
import { icon } from '../kit/icons.js';
import { emoji } from '../kit/inline.js';
import { mrkdwn } from '../kit/mrkdwn.js';
import { clockTime, dateOf, dayLabel, fullTime } from '../kit/time.js';
import { attachments } from './attachments.js';
import { avatar } from './avatar.js';
import { messageFiles } from './files.js';

const JOINED = { channel_join: 'joined', channel_leave: 'left' };
const ONLY_EMOJI = /^(?::[a-z0-9_+'-]+:\s*){1,6}$/;

/**
 * One message, as in Slack: portrait, name, time, text or blocks, files, reactions, thread.
 * @param {object} message Slack's message object
 * @param {{directory: object, surface: import('../kit/surface.js').Surface, desk: object, inThread: boolean, grouped: boolean}} place
 *   `desk` does what the message's own buttons ask: reply, react, dismiss, menu
 * @returns {HTMLElement}
 */
export function renderMessage(message, place) {
  const author = place.directory.author(message);
  const date = dateOf(message.ts);
  const classes = ['message', place.grouped && 'grouped', message.is_ephemeral && 'ephemeral', place.directory.calls(message) && 'calls-me'].filter(Boolean);
  return h('article', { class: classes.join(' '), tabindex: '-1', 'aria-label': spoken(message, author, date), dataset: { ts: message.ts } },
    h('div', { class: 'gutter' }, place.grouped ? h('time', { class: 'gutter-time', datetime: date.toISOString() }, clockTime(date).replace(/ [AP]M/i, '')) : portrait(author)),
    h('div', { class: 'message-main' },
      message.is_ephemeral && h('div', { class: 'ephemeral-note' }, icon('eye', 14), 'Only visible to you', dismissButton(message, place)),
      message.subtype === 'thread_broadcast' && place.inThread === false && h('div', { class: 'muted small' }, 'replied to a thread'),
      !place.grouped && heading(message, author, date),
      body(message, place),
      reactions(message, place),
      !place.inThread && threadSummary(message, place)),
    toolbar(message, place));
}

function spoken(message, author, date) {
  const words = JOINED[message.subtype] ? `${author.name} ${JOINED[message.subtype]}` : `${author.name}: ${(message.text ?? '').slice(0, 200)}`;
  return `${words}. ${clockTime(date)}`;
}

function portrait(author) {
  return h('button', { type: 'button', class: 'portrait', 'aria-label': author.name, tabindex: '-1', dataset: { openUser: author.id } }, avatar(author));
}

function heading(message, author, date) {
  return h('header', { class: 'message-head' },
    h('button', { type: 'button', class: 'author', dataset: { openUser: author.id } }, author.name),
    author.isApp && h('span', { class: 'app-badge' }, 'APP'),
    h('time', { class: 'time', datetime: date.toISOString(), title: fullTime(date) }, clockTime(date)));
}

function body(message, place) {
  if (JOINED[message.subtype]) return h('div', { class: 'system-text' }, `${JOINED[message.subtype]} the channel.`);
  const text = message.text ?? '';
  const content = message.blocks?.length
    ? renderBlocks(message.blocks, place.surface)
    : text && h('div', { class: `text${ONLY_EMOJI.test(text) && text.match(/:[^:\s]+:/g).every((name) => glyph(name.slice(1, -1))) ? ' jumbo' : ''}` }, mrkdwn(text, place.directory));
  return h('div', { class: 'message-body' }, content,
    message.edited && !message.bot_id && h('span', { class: 'edited', title: fullTime(dateOf(message.edited.ts)) }, '(edited)'),
    attachments(message, place.surface),
    messageFiles(message, place.surface.transport));
}

function reactions(message, place) {
  const given = message.reactions ?? [];
  if (given.length === 0) return null;
  const chip = ({ name, users = [], count }) => {
    const mine = users.includes(place.directory.me);
    const who = users.map((id) => place.directory.user(id)?.shown ?? id).join(', ');
    return h('button', {
      type: 'button',
      class: `reaction${mine ? ' mine' : ''}`,
      'aria-pressed': String(mine),
      'aria-label': `${name}: ${count ?? users.length}, ${who}`,
      title: `${who} reacted with :${name}:`,
      dataset: { focusKey: `reaction/${name}` },
      onClick: () => place.desk.react(message, name, mine),
    }, emoji(name), h('span', {}, count ?? users.length));
  };
  const add = h('button', { type: 'button', class: 'reaction add', 'aria-label': 'Add reaction', 'aria-haspopup': 'dialog', onClick: () => place.desk.pickReaction(message, add) }, icon('smile', 15));
  return h('div', { class: 'reactions', role: 'group', 'aria-label': 'Reactions' }, given.map(chip), add);
}

function threadSummary(message, place) {
  if (!message.reply_count) return null;
  const users = (message.reply_users ?? []).slice(0, 5);
  const last = message.latest_reply && dateOf(message.latest_reply);
  const count = `${message.reply_count} ${message.reply_count === 1 ? 'reply' : 'replies'}`;
  return h('button', { type: 'button', class: 'thread-summary', dataset: { focusKey: 'thread' }, onClick: () => place.desk.openThread(message) },
    h('span', { class: 'thread-faces' }, users.map((id) => avatar(place.directory.author({ user: id }), 22))),
    h('span', { class: 'thread-count' }, count),
    last && h('span', { class: 'thread-last' }, `Last reply ${dayLabel(last).toLowerCase()} at ${clockTime(last)}`),
    h('span', { class: 'thread-open' }, 'View thread', icon('right', 14)));
}

function dismissButton(message, place) {
  return h('button', { type: 'button', class: 'text-button', onClick: () => place.desk.dismiss(message) }, 'Dismiss');
}

/** What appears over a message that the pointer or the focus is on. */
function toolbar(message, place) {
  if (message.is_ephemeral || JOINED[message.subtype]) return null;
  const tool = (name, label, run) => {
    const node = h('button', { type: 'button', class: 'icon-button small', 'aria-label': label, title: label, onClick: () => run(node) }, icon(name, 16));
    return node;
  };
  return h('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'Message actions' },
    tool('smile', 'Add reaction', (node) => place.desk.pickReaction(message, node)),
    !place.inThread && tool('reply', 'Reply in thread', () => place.desk.openThread(message)),
    tool('link', 'Copy link', () => place.desk.copyLink(message)),
    tool('more', 'More message actions', (node) => place.desk.openMenu(message, node)));
}
