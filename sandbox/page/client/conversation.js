import { h, refill } from '../kit/dom.js';
import { icon } from '../kit/icons.js';
import { closeButton, openMenu } from '../kit/overlay.js';
import { avatar } from './avatar.js';
import { Composer } from './composer.js';
import { MessageDesk } from './desk.js';
import { Timeline } from './timeline.js';

/**
 * A channel or a thread on screen: its messages and where one writes.
 * Local notes (a command that failed) are shown as messages that only this person sees.
 */
export class Conversation {
  /** @param {{app: object, channel: object, threadTs?: string}} given */
  constructor({ app, channel, threadTs }) {
    Object.assign(this, { app, channel, threadTs });
    const title = app.directory.titleOf(channel);
    const desk = new MessageDesk({
      api: app.api,
      directory: app.directory,
      notices: app.notices,
      openThread: (message) => app.openThread(channel.id, message.thread_ts ?? message.ts),
      forget: (message) => this.timeline.remove(message.ts),
    });
    this.timeline = new Timeline({
      label: threadTs ? 'Thread' : `Messages in ${title}`,
      directory: app.directory,
      transport: app.transport,
      desk,
      inThread: Boolean(threadTs),
      loadOlder: threadTs ? null : (before) => this.loadOlder(before),
    });
    this.composer = new Composer({
      placeholder: threadTs ? 'Reply…' : `Message ${channel.is_im ? '' : '#'}${title}`,
      directory: app.directory,
      say: (text) => this.say(text),
      command: (text) => this.command(text),
      shortcuts: app.directory.shortcuts.some((each) => each.type === 'global') ? (anchor) => this.openShortcuts(anchor) : null,
      failed: (error) => app.notices.toast(error.message),
      up: () => this.timeline.rows.at(-1)?.article.focus(),
    });
    this.foot = h('div', { class: 'conversation-foot' });
    this.drawFoot();
  }

  destroy() {
    this.timeline.destroy();
  }

  async load() {
    this.timeline.since.clear();
    const { messages, has_more: hasMore } = await this.app.api.messages(this.channel.id, { threadTs: this.threadTs, limit: this.threadTs ? 1000 : 60 });
    this.timeline.show(messages, { hasMore: !this.threadTs && hasMore, unread: this.threadTs ? 0 : this.channel.unread });
    this.drawIntro();
  }

  async loadOlder(before, limit = 60) {
    const { messages, has_more: hasMore } = await this.app.api.messages(this.channel.id, { before, limit });
    this.timeline.prepend(messages, hasMore);
    this.drawIntro();
  }

  /** Load back until the message is here, then show it. */
  async seek(ts) {
    while (this.timeline.indexOf(ts) < 0 && this.timeline.hasMore && this.timeline.oldest > ts) await this.loadOlder(this.timeline.oldest, 200);
    if (!this.timeline.highlight(ts)) this.app.notices.toast('That message is not here any more.');
  }

  drawIntro() {
    const { channel, timeline } = this;
    if (this.threadTs) return;
    if (timeline.hasMore) refill(timeline.intro, h('div', { class: 'muted loading-note' }, 'Loading older messages…'));
    else refill(timeline.intro, h('h2', { class: 'intro-title' }, channel.is_im ? this.app.directory.titleOf(channel) : [icon(channel.is_private ? 'lock' : 'hash', 26), channel.name]), h('p', { class: 'muted' }, introWords(channel, this.app.directory)));
  }

  /** Where one writes, or why one cannot. */
  drawFoot() {
    const { channel, app } = this;
    if (channel.is_archived) return refill(this.foot, h('div', { class: 'foot-note' }, 'This channel is archived. Nobody can write here.'));
    if (!channel.is_im && !channel.is_member) {
      const join = h('button', { type: 'button', class: 'button primary solid', onClick: () => this.guard(() => app.join(channel.id)) }, 'Join channel');
      return refill(this.foot, h('div', { class: 'foot-note' }, h('span', {}, 'You are viewing ', h('strong', {}, `#${channel.name}`)), join));
    }
    return refill(this.foot, this.composer.node);
  }

  async say(text) {
    const { message } = await this.app.api.say(this.channel.id, text, { threadTs: this.threadTs });
    if (message) this.timeline.put({ channel: this.channel.id, ...message });
    this.timeline.toEnd();
  }

  /** A failed command is told as Slack tells it: a note that only the writer sees. */
  async command(text) {
    const name = text.split(/\s/)[0];
    if (this.threadTs) return this.note(`\`${name}\` is not supported in threads. Sorry!`);
    try {
      await this.app.api.command(this.channel.id, text);
    } catch (error) {
      this.note(commandWords(name, error));
    }
    return undefined;
  }

  openShortcuts(anchor) {
    const own = this.app.directory.shortcuts.filter((each) => each.type === 'global');
    const items = own.map((each) => ({ label: each.name, description: each.description, run: () => this.guard(() => this.app.api.shortcut(each.callback_id)) }));
    openMenu(anchor, items, 'Shortcuts');
  }

  note(text) {
    const ts = (Date.now() / 1000).toFixed(6);
    this.timeline.put({ channel: this.channel.id, ts, user: 'local', username: 'Sandbox', is_ephemeral: true, local: true, text });
    this.timeline.toEnd();
    this.app.notices.announce(text);
  }

  async guard(work) {
    try {
      return await work();
    } catch (error) {
      this.app.notices.toast(error.message);
      return undefined;
    }
  }
}

function commandWords(name, error) {
  if (error.code === 'unknown_command') return `\`${name}\` is not a valid command. In Slack, all messages that start with the "/" character are read as commands.\nIf you want to send a message and not run a command, put a space before the "/".`;
  const words = `${name} failed with the error "${error.code}"`;
  return error.message.startsWith(words) ? error.message : `${words}. ${error.message}`;
}

function introWords(channel, directory) {
  if (channel.is_im) return channel.user === directory.me ? 'This is your own space.' : `This conversation is just between you and ${directory.titleOf(channel)}.`;
  return `This is the very beginning of the ${channel.is_private ? 'private ' : ''}channel #${channel.name}.${channel.topic ? ` ${channel.topic}` : ''}`;
}

/** The head of a channel. */
export function channelHead(channel, app) {
  const { directory } = app;
  const other = channel.is_im && directory.user(channel.user);
  const title = [other ? avatar(other, 26) : icon(channel.is_private ? 'lock' : 'hash', 18), h('h1', { class: 'head-title' }, directory.titleOf(channel))];
  const members = !channel.is_im && h('button', { type: 'button', class: 'head-members', title: memberNames(channel, directory), 'aria-label': `${channel.num_members} members: ${memberNames(channel, directory)}`, onClick: (event) => app.showMembers(channel, event.currentTarget) }, icon('people', 16), channel.num_members);
  return h('header', { class: 'head' }, app.backButton(), h('div', { class: 'head-words' }, title), h('span', { class: 'head-topic', title: channel.topic || null }, channel.topic), members);
}

function memberNames(channel, directory) {
  return (channel.members ?? []).map((id) => directory.user(id)?.shown).filter(Boolean).join(', ');
}

/** The head of a thread pane. */
export function threadHead(channel, app) {
  return h('header', { class: 'head' }, h('div', { class: 'head-words' }, h('h1', { class: 'head-title' }, 'Thread'), h('span', { class: 'head-topic' }, `${channel.is_im ? '' : '#'}${app.directory.titleOf(channel)}`)), closeButton(() => app.closeThread(), 'Close thread'));
}
