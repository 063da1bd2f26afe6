import { openStream } from './stream.js';

/** What happens in the workspace, brought to what is on screen. */
export class Live {
  constructor(app) {
    this.app = app;
    /** Settles when events flow; before that, what the app does could be missed. */
    this.ready = new Promise((resolve) => {
      openStream(app.directory.me, {
        onEvent: (name, payload) => this[`on_${name}`]?.(payload),
        onOpen: resolve,
        onBreak: () => app.notices.connection(true),
        onResume: () => this.resume(),
      });
    });
    document.addEventListener('visibilitychange', () => this.seen());
    addEventListener('focus', () => this.seen());
  }

  /** After a break: load again, nothing was kept for us. */
  async resume() {
    const { app } = this;
    app.notices.connection(false);
    await app.guard(async () => {
      app.directory.setChannels(await app.api.channels());
      app.sidebar.draw();
      await app.conversation?.load();
      await app.thread?.load();
      await app.modals.load();
    });
  }

  seen() {
    const { place } = this.app;
    const channel = place.kind === 'channel' && this.app.directory.channel(place.channel);
    if (channel?.unread && !document.hidden) this.read(channel.id);
  }

  async read(channelId) {
    this.app.directory.putChannel({ id: channelId, unread: 0, mentions: 0 });
    this.app.sidebar.draw();
    await this.app.guard(() => this.app.api.read(channelId));
  }

  /** The conversations on screen that a message belongs to. */
  places(message) {
    const { conversation, thread } = this.app;
    const isReply = message.thread_ts && message.thread_ts !== message.ts && message.subtype !== 'thread_broadcast';
    const inThread = thread?.channel.id === message.channel && (thread.threadTs === message.thread_ts || thread.threadTs === message.ts);
    const inChannel = conversation?.channel.id === message.channel && !isReply;
    return [inChannel && conversation, inThread && thread].filter(Boolean);
  }

  everywhere(channel) {
    return [this.app.conversation, this.app.thread].filter((each) => each?.channel.id === channel);
  }

  on_message(message) {
    for (const place of this.places(message)) place.timeline.put(message);
    this.count(message);
  }

  on_ephemeral(message) {
    for (const place of this.places(message)) place.timeline.put(message);
    if (this.app.isCurrent(message.channel)) this.speak(message, 'Only visible to you');
  }

  on_message_changed(message) {
    for (const place of this.everywhere(message.channel)) place.timeline.change(message);
  }

  on_ephemeral_changed(message) {
    this.on_message_changed(message);
  }

  on_message_deleted({ channel, ts }) {
    for (const place of this.everywhere(channel)) place.timeline.remove(ts);
  }

  on_ephemeral_deleted(gone) {
    this.on_message_deleted(gone);
  }

  on_reaction({ channel, ts, reactions }) {
    for (const place of this.everywhere(channel)) place.timeline.patch(ts, { reactions });
  }

  on_modal_opened(payload) {
    this.app.modals.opened(payload);
  }

  on_modal_updated(payload) {
    this.app.modals.opened(payload);
  }

  on_modal_closed(payload) {
    this.app.modals.closed(payload);
  }

  on_home({ view }) {
    this.app.home.show(view);
  }

  on_channel(channel) {
    this.app.directory.putChannel(channel);
    this.app.sidebar.draw();
    if (this.app.isCurrent(channel.id) && this.app.conversation) {
      Object.assign(this.app.conversation.channel, channel);
      this.app.conversation.drawFoot();
      this.app.drawHead();
    }
  }

  on_read({ channel, unread, mentions }) {
    if (!this.app.directory.channel(channel)) return;
    this.app.directory.putChannel({ id: channel, unread, mentions });
    this.app.sidebar.draw();
  }

  /** Unread counts; a message in front of the reader is read at once and spoken. */
  count(message) {
    const { app } = this;
    const isReply = message.thread_ts && message.thread_ts !== message.ts && message.subtype !== 'thread_broadcast';
    if (message.user === app.directory.me || isReply) return;
    const channel = app.directory.channel(message.channel);
    if (!channel) {
      this.meet();
      return;
    }
    if (app.isCurrent(message.channel) && !document.hidden) {
      this.speak(message);
      this.readSoon(message.channel);
      return;
    }
    const called = app.directory.calls(message) ? 1 : 0;
    app.directory.putChannel({ id: message.channel, unread: (channel.unread ?? 0) + 1, mentions: (channel.mentions ?? 0) + called });
    this.drawSoon();
  }

  /** Somebody wrote in a conversation that was not there before. */
  async meet() {
    await this.app.guard(async () => this.app.directory.setChannels(await this.app.api.channels()));
    this.app.sidebar.draw();
  }

  speak(message, prefix = '') {
    const author = this.app.directory.author(message);
    this.app.notices.announce(`${prefix} ${author.name}: ${(message.text ?? '').slice(0, 160)}`);
  }

  /** Bursts of messages cost one request and one drawing. */
  readSoon(channelId) {
    clearTimeout(this.reading);
    this.reading = setTimeout(() => this.read(channelId), 300);
  }

  drawSoon() {
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = null;
      this.app.sidebar.draw();
    });
  }
}
