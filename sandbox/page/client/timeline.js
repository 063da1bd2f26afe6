import { h } from '../kit/dom.js';
import { icon } from '../kit/icons.js';
import { Surface } from '../kit/surface.js';
import { dateOf, dayLabel, daysAgo } from '../kit/time.js';
import { renderMessage } from './message.js';

const GROUP_SECONDS = 300; // messages of one author share the heading of the first for five minutes
const NEAR_END = 60; // px from the end that still count as "at the end"
const NEAR_START = 400; // px from the start at which older messages are fetched
const KEEP = 300; // rows kept when a long stay at the end has gathered twice as many

/**
 * Messages of a channel or a thread in order, with day dividers. It follows the newest message only while the reader is at
 * the end, and never moves what the reader is looking at.
 */
export class Timeline {
  /**
   * @param {object} given
   * @param {string} given.label
   * @param {object} given.directory
   * @param {object} given.transport for the blocks' surfaces
   * @param {object} given.desk for the messages' own buttons
   * @param {boolean} given.inThread
   * @param {(beforeTs: string) => Promise<void>} [given.loadOlder] calls `prepend`
   */
  constructor(given) {
    Object.assign(this, given);
    this.rows = [];
    this.surfaces = new Map();
    /** What happened since the last request for messages: its answer may be older. null is a removed one. */
    this.since = new Map();
    this.hasMore = false;
    this.loading = false;
    this.atEnd = true;
    this.list = h('div', { class: 'rows', role: 'list', 'aria-label': given.label });
    this.intro = h('div', { class: 'intro' });
    this.jump = h('button', { type: 'button', class: 'jump', hidden: true, onClick: () => this.toEnd() }, icon('down', 15), 'New messages');
    this.scroller = h('div', { class: 'scroller', tabindex: '0', 'aria-label': given.label, role: 'region' }, this.intro, this.list);
    this.node = h('div', { class: 'timeline' }, this.scroller, this.jump);
    this.scroller.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.scroller.addEventListener('keydown', (event) => this.key(event));
    this.sizes = new ResizeObserver(() => this.atEnd && this.stick());
    this.sizes.observe(this.list);
    this.sizes.observe(this.scroller);
  }

  destroy() {
    this.sizes.disconnect();
  }

  /** Show these and nothing else. @param {number} [unread] how many of the last ones are new to the reader */
  show(loaded, { hasMore, unread = 0 }) {
    const byTs = new Map([...loaded.map((message) => [message.ts, message]), ...this.since]);
    const messages = [...byTs.values()].filter(Boolean).sort((a, b) => (a.ts < b.ts ? -1 : 1));
    this.rows = messages.map((message) => ({ message }));
    this.hasMore = hasMore;
    this.firstUnread = unread ? messages.filter((each) => each.user !== this.directory.me).at(-unread)?.ts : undefined;
    this.rows.forEach((_row, i) => this.draw(i));
    this.list.replaceChildren(...this.rows.map((row) => row.node));
    this.toEnd();
  }

  prepend(messages, hasMore) {
    this.hasMore = hasMore;
    const known = new Set(this.rows.map((row) => row.message.ts));
    const fresh = messages.filter((message) => !known.has(message.ts)).map((message) => ({ message }));
    this.rows.unshift(...fresh);
    fresh.forEach((_row, i) => this.draw(i));
    if (this.rows[fresh.length]) this.frame(fresh.length);
    this.keepPlace(() => this.list.prepend(...fresh.map((row) => row.node)));
  }

  /** Put a message where its time says; one that is there already is replaced. */
  put(message) {
    this.since.set(message.ts, message);
    const found = this.indexOf(message.ts);
    if (found >= 0) return this.replace(found, message);
    let at = this.rows.length;
    while (at > 0 && this.rows[at - 1].message.ts > message.ts) at -= 1;
    this.rows.splice(at, 0, { message });
    this.draw(at);
    this.list.insertBefore(this.rows[at].node, this.rows[at + 1]?.node ?? null);
    if (this.rows[at + 1]) this.frame(at + 1);
    if (this.inThread && at > 1) this.frame(1);
    if (this.atEnd) this.stick();
    else if (at === this.rows.length - 1) this.jump.hidden = false;
    this.forgetOldest();
    return undefined;
  }

  /** A changed message in its place; the focus stays on the same element, and what was filled in stays. */
  replace(index, message) {
    const row = this.rows[index];
    const focused = document.activeElement;
    const key = row.node.contains(focused) ? (focused.dataset.focusKey ?? '') : null;
    row.message = message;
    const old = row.node;
    this.keepPlace(() => {
      this.draw(index);
      old.replaceWith(row.node);
    });
    if (key === null) return;
    const again = key && [...row.node.querySelectorAll('[data-focus-key]')].find((node) => node.dataset.focusKey === key);
    (again || row.article).focus({ preventScroll: true });
  }

  change(message) {
    if (this.since.has(message.ts)) this.since.set(message.ts, message);
    const index = this.indexOf(message.ts);
    if (index >= 0) this.replace(index, message);
  }

  patch(ts, fields) {
    const index = this.indexOf(ts);
    if (index >= 0) this.replace(index, { ...this.rows[index].message, ...fields });
  }

  remove(ts) {
    this.since.set(ts, null);
    const index = this.indexOf(ts);
    if (index < 0) return;
    this.keepPlace(() => this.rows[index].node.remove());
    this.rows.splice(index, 1);
    this.surfaces.delete(ts);
    if (this.rows[index]) this.frame(index);
    if (this.inThread && this.rows[1]) this.frame(1);
  }

  indexOf(ts) {
    return this.rows.findIndex((row) => row.message.ts === ts);
  }

  get oldest() {
    return this.rows[0]?.message.ts;
  }

  draw(index) {
    const row = this.rows[index];
    row.article = null;
    row.node = h('div', { class: 'row', role: 'listitem' });
    this.frame(index);
  }

  /** Everything that depends on the message before: day divider, heading, the line above what is new. */
  frame(index) {
    const row = this.rows[index];
    const before = this.rows[index - 1]?.message;
    const newDay = !before || daysAgo(dateOf(before.ts), dateOf(row.message.ts)) !== 0;
    const isFirstUnread = row.message.ts === this.firstUnread;
    const firstReply = this.inThread && index === 1;
    const head = this.rows[index - 1]?.head;
    const grouped = !newDay && !isFirstUnread && !firstReply && sameBreath(before, row.message) && Number(row.message.ts) - Number(head) < GROUP_SECONDS;
    row.head = grouped ? head : row.message.ts;
    if (!row.article || row.grouped !== grouped) row.article = this.article(row.message, grouped);
    row.grouped = grouped;
    const day = newDay && h('div', { class: 'day', role: 'separator' }, h('span', {}, dayLabel(dateOf(row.message.ts))));
    const fresh = isFirstUnread && h('div', { class: 'unread-line', role: 'separator' }, h('span', {}, 'New'));
    const replies = firstReply && h('div', { class: 'replies-line', role: 'separator' }, h('span', {}, this.rows.length === 2 ? '1 reply' : `${this.rows.length - 1} replies`));
    row.node.replaceChildren(...[replies, day, fresh, row.article].filter(Boolean));
  }

  article(message, grouped) {
    const { directory, desk, inThread } = this;
    return renderMessage(message, { directory, desk, inThread, grouped, surface: this.surfaceOf(message) });
  }

  surfaceOf(message) {
    if (!this.surfaces.has(message.ts)) {
      const container = { type: 'message', channel: message.channel, ts: message.ts };
      this.surfaces.set(message.ts, new Surface({ kind: 'message', container, directory: this.directory, transport: this.transport }));
    }
    return this.surfaces.get(message.ts);
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (this.atEnd) this.jump.hidden = true;
    if (scrollTop < NEAR_START) this.older();
  }

  async older() {
    if (!this.hasMore || this.loading || !this.loadOlder) return;
    this.loading = true;
    this.intro.classList.add('loading');
    try {
      await this.loadOlder(this.oldest);
    } finally {
      this.loading = false;
      this.intro.classList.remove('loading');
    }
  }

  toEnd() {
    this.atEnd = true;
    this.jump.hidden = true;
    this.stick();
  }

  stick() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Run `change`; what was at the top of the view stays there. */
  keepPlace(change) {
    if (this.atEnd) {
      change();
      this.stick();
      return;
    }
    const top = this.scroller.getBoundingClientRect().top;
    const anchor = this.rows.map((row) => row.node).find((node) => node.isConnected && node.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) this.scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  forgetOldest() {
    if (!this.atEnd || this.rows.length < KEEP * 2 || !this.loadOlder) return;
    for (const row of this.rows.splice(0, this.rows.length - KEEP)) {
      row.node.remove();
      this.surfaces.delete(row.message.ts);
    }
    this.hasMore = true;
    this.frame(0);
    this.stick();
  }

  /** Scroll to a message and mark it. @returns {boolean} whether it is here */
  highlight(ts) {
    const row = this.rows[this.indexOf(ts)];
    if (!row) return false;
    this.atEnd = false;
    row.article.scrollIntoView({ block: 'center' });
    row.article.classList.add('highlight');
    row.article.focus({ preventScroll: true });
    setTimeout(() => row.article.classList.remove('highlight'), 4000);
    return true;
  }

  /** Arrow keys go from message to message. */
  key(event) {
    const onMessage = event.target === this.scroller || event.target.classList.contains('message');
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!onMessage || !step || event.altKey || this.rows.length === 0) return;
    event.preventDefault();
    const at = this.rows.findIndex((row) => row.article === event.target);
    const to = at < 0 ? this.rows.length - 1 : Math.min(Math.max(at + step, 0), this.rows.length - 1);
    this.rows[to].article.focus();
    this.rows[to].article.scrollIntoView({ block: 'nearest' });
  }
}

function sameBreath(before, message) {
  const plain = (each) => !each.is_ephemeral && !['channel_join', 'channel_leave'].includes(each.subtype);
  return before.user === message.user && before.username === message.username && plain(before) && plain(message);
}
