import { h, refill } from '../kit/dom.js';
import { icon } from '../kit/icons.js';
import { dialogIsOpen } from '../kit/overlay.js';
import { Conversation, channelHead, threadHead } from './conversation.js';
import { openLightbox } from './files.js';
import { Home, about, appHead } from './home.js';
import { Live } from './live.js';
import { Modals } from './modals.js';
import { openMembers, openProfile } from './people.js';
import { Sidebar } from './sidebar.js';
import { openSwitcher } from './switcher.js';
import { Tips } from './tips.js';

const PATIENCE = 3000; // ms to wait for the stream of events before the page is shown without it

/** The whole page for one person: where they are, and how they get elsewhere. */
export class App {
  /** @param {{api: import('./api.js').Api, directory: import('./directory.js').Directory, notices: object}} given */
  constructor({ api, directory, notices }) {
    Object.assign(this, { api, directory, notices });
    /** @type {{kind: 'channel' | 'home' | 'about', channel?: string}} */
    this.place = { kind: 'channel' };
    this.conversation = null;
    this.thread = null;
    this.transport = {
      act: (request) => api.act(request),
      suggest: (request) => api.suggest(request),
      upload: (file) => api.upload(file),
      openImage: openLightbox,
      announce: (words) => notices.toast(words),
    };
    this.sidebar = new Sidebar(this);
    this.home = new Home(this);
    this.modals = new Modals(this);
    this.tips = new Tips(directory);
    this.main = h('main', { class: 'main', 'aria-label': 'Conversation' });
    this.side = h('aside', { class: 'side-pane', 'aria-label': 'Thread', hidden: true });
    const skip = h('button', { type: 'button', class: 'skip', onClick: () => this.main.querySelector('[tabindex="0"]')?.focus() }, 'Skip to the conversation');
    this.frame = h('div', { class: 'frame' }, skip, this.topBar(), h('div', { class: 'columns' }, this.sidebar.node, this.main, this.side, this.tips.node));
  }

  async start() {
    document.body.prepend(this.frame);
    document.addEventListener('keydown', (event) => this.key(event));
    document.addEventListener('click', (event) => this.clicked(event));
    addEventListener('popstate', () => this.follow());
    this.frame.setAttribute('aria-busy', 'true');
    this.live = new Live(this);
    await Promise.race([this.live.ready, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    await this.follow();
    await this.modals.load();
    this.frame.removeAttribute('aria-busy');
  }

  topBar() {
    const { team } = this.directory;
    return h('header', { class: 'top' },
      h('div', { class: 'brand' }, h('span', { class: 'brand-sign', 'aria-hidden': 'true' }, icon('hash', 16)), h('span', { class: 'brand-team' }, team.name), h('span', { class: 'brand-note', title: 'A rehearsal workspace on this machine. Nothing here reaches Slack.' }, 'Sandbox')),
      h('button', { type: 'button', class: 'jump-button', 'aria-label': 'Jump to a channel or person', 'aria-keyshortcuts': 'Control+K Meta+K', onClick: () => openSwitcher(this) }, icon('search', 15), h('span', {}, `Jump to…`), h('kbd', {}, 'Ctrl K')),
      h('div', { class: 'top-end' }, this.tips.button));
  }

  /** On a phone: back to the list of places. */
  backButton() {
    return h('button', { type: 'button', class: 'icon-button back', 'aria-label': 'Back to channels', onClick: () => this.frame.classList.remove('in-place') }, icon('left'));
  }

  /** The address of a place, for links and the browser's history. */
  addressOf({ user = this.directory.self.name, channel, ts, thread, view } = {}) {
    const given = Object.entries({ user, channel, ts, thread, view }).filter(([, value]) => value);
    return `/?${new URLSearchParams(given)}`;
  }

  /** Go where the address says, else to the first channel. */
  async follow() {
    const asked = { ...Object.fromEntries(new URLSearchParams(location.search)), ...fragmentPlace(location.hash) };
    if (asked.view === 'home') return this.openHome({ record: false });
    if (asked.view === 'about') return this.openAbout({ record: false });
    const wanted = this.directory.channels().find((each) => each.id === asked.channel || each.name === asked.channel?.replace('#', ''));
    const channel = wanted ?? this.firstChannel();
    if (asked.channel && !wanted) this.notices.toast(`${this.directory.self.shown} cannot see that channel.`);
    if (!channel) return this.openHome({ record: false });
    if (!wanted && matchMedia('(max-width: 760px)').matches) return this.sidebar.draw();
    await this.openChannel(channel.id, { ts: asked.thread ? undefined : asked.ts, record: false });
    if (asked.thread) await this.openThread(channel.id, asked.thread, asked.ts);
    return undefined;
  }

  firstChannel() {
    const rooms = this.directory.channels().filter((channel) => !channel.is_im && channel.is_member);
    return rooms.find((channel) => channel.mentions) ?? rooms.find((channel) => channel.unread) ?? rooms.find((channel) => channel.name === 'general') ?? rooms[0];
  }

  isCurrent(channelId) {
    return this.place.kind === 'channel' && this.place.channel === channelId;
  }

  /** @param {{ts?: string, record?: boolean}} [options] `ts` is looked up and marked; `record` adds to the history */
  async openChannel(channelId, { ts, record = true } = {}) {
    const channel = this.directory.channel(channelId);
    this.arrive({ kind: 'channel', channel: channelId }, record && { channel: channelId, ts });
    document.title = `${channel.is_im ? '' : '#'}${this.directory.titleOf(channel)} · ${this.directory.team.name} · Sandbox`;
    const conversation = new Conversation({ app: this, channel });
    this.conversation = conversation;
    refill(this.main, this.headOf(channel), conversation.timeline.node, conversation.foot);
    await this.guard(() => conversation.load());
    if (this.conversation !== conversation) return;
    this.live.read(channel.id);
    if (ts) await this.guard(() => conversation.seek(ts));
    else if (matchMedia('(hover: hover)').matches && !dialogIsOpen()) conversation.composer.focus();
  }

  headOf(channel) {
    return this.directory.isAppDm(channel) ? appHead(this, 'messages') : channelHead(channel, this);
  }

  /** The channel's name, topic or members changed. */
  drawHead() {
    this.main.firstElementChild.replaceWith(this.headOf(this.conversation.channel));
  }

  async openThread(channelId, threadTs, ts) {
    this.closeThread();
    const channel = this.directory.channel(channelId);
    this.thread = new Conversation({ app: this, channel, threadTs });
    this.side.hidden = false;
    refill(this.side, threadHead(channel, this), this.thread.timeline.node, this.thread.foot);
    this.frame.classList.add('in-thread');
    const { thread } = this;
    await this.guard(() => thread.load());
    if (ts) thread.timeline.highlight(ts);
    else if (!dialogIsOpen()) thread.composer.focus();
  }

  closeThread() {
    if (!this.thread) return;
    const { threadTs } = this.thread;
    const hadFocus = this.side.contains(document.activeElement);
    this.thread.destroy();
    this.thread = null;
    this.side.hidden = true;
    this.side.replaceChildren();
    this.frame.classList.remove('in-thread');
    if (hadFocus) this.conversation?.timeline.rows.find((row) => row.message.ts === threadTs)?.article.focus({ preventScroll: true });
  }

  async openHome({ record = true } = {}) {
    this.arrive({ kind: 'home' }, record && { view: 'home' });
    document.title = `${this.directory.app.name} · ${this.directory.team.name} · Sandbox`;
    refill(this.main, appHead(this, 'home'), this.home.body);
    await this.guard(() => this.home.open());
  }

  openAbout({ record = true } = {}) {
    this.arrive({ kind: 'about' }, record && { view: 'about' });
    refill(this.main, appHead(this, 'about'), about(this));
  }

  async openDm(userId) {
    const known = this.directory.channels().find((channel) => channel.is_im && channel.user === userId);
    const channel = known ?? (await this.guard(() => this.api.dm(userId)));
    if (!channel) return;
    this.directory.putChannel(channel);
    await this.openChannel(channel.id);
  }

  arrive(place, address) {
    this.place = place;
    this.closeThread();
    this.conversation?.destroy();
    this.conversation = null;
    this.frame.classList.add('in-place');
    if (address) history.pushState(null, '', this.addressOf(address));
    this.sidebar.draw();
  }

  async join(channelId) {
    const { channel } = await this.api.join(channelId);
    if (channel) this.directory.putChannel(channel);
    else this.directory.setChannels(await this.api.channels());
    await this.openChannel(channelId, { record: false });
  }

  async leave(channelId) {
    await this.guard(() => this.api.leave(channelId));
    this.directory.setChannels(await this.api.channels());
    await this.openChannel(this.firstChannel()?.id);
  }

  /** Start again as another person, in the same place where they can see it. */
  become(handle) {
    localStorage.setItem('sandbox.me', handle);
    const channel = this.place.kind === 'channel' && !this.directory.channel(this.place.channel)?.is_im ? this.place.channel : undefined;
    location.assign(this.addressOf({ user: handle, channel, view: this.place.kind === 'home' ? 'home' : undefined }));
  }

  showMembers(channel, anchor) {
    openMembers(this, channel, anchor);
  }

  /** Mentions of people and channels, and links to messages of this workspace, open here. */
  clicked(event) {
    const target = event.target.closest('[data-open-user], [data-open-channel], a[href]');
    if (!target || event.defaultPrevented) return;
    if (target.dataset.openUser) openProfile(this, target.dataset.openUser, target);
    else if (target.dataset.openChannel) this.openChannel(target.dataset.openChannel);
    else this.followLink(event, target);
  }

  followLink(event, anchor) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || anchor.hasAttribute('download')) return;
    const place = placeOf(new URL(anchor.href));
    if (!place || !this.directory.channel(place.channel)) return;
    event.preventDefault();
    this.openChannel(place.channel, { ts: place.thread ? undefined : place.ts }).then(() => place.thread && this.openThread(place.channel, place.thread, place.ts));
  }

  key(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      if (!document.querySelector('.backdrop')) openSwitcher(this);
    } else if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      this.neighbour(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('.backdrop')) this.closeThread();
  }

  /** Alt and an arrow key: the next place in the sidebar. */
  neighbour(step) {
    const rows = [...this.sidebar.node.querySelectorAll('.side-row')];
    const at = rows.findIndex((row) => row.classList.contains('current'));
    rows[(at + step + rows.length) % rows.length]?.click();
  }

  async guard(work) {
    try {
      return await work();
    } catch (error) {
      this.notices.toast(error.message);
      return undefined;
    }
  }
}

/** The server sends permalinks on as `/#C…/p1700000000000100`, with `/thread_ts` behind a reply. */
function fragmentPlace(hash) {
  const match = hash.match(/^#([A-Z0-9]+)\/p(\d+)(\d{6})(?:\/([\d.]+))?$/);
  return match ? { channel: match[1], ts: `${match[2]}.${match[3]}`, thread: match[4] } : {};
}

/** Which message a permalink of this workspace means: `/archives/C…/p1700000000000100` or `/?channel=…&ts=…`. */
function placeOf(url) {
  if (url.origin !== location.origin) return null;
  const archive = url.pathname.match(/^\/archives\/([A-Z0-9]+)(?:\/p(\d+)(\d{6}))?$/);
  const query = url.searchParams;
  if (archive) return { channel: archive[1], ts: archive[2] && `${archive[2]}.${archive[3]}`, thread: query.get('thread_ts') };
  return query.has('channel') && url.pathname === '/' ? { channel: query.get('channel'), ts: query.get('ts'), thread: query.get('thread') } : null;
}
