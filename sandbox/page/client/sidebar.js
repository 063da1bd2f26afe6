import { h, refill } from '../kit/dom.js';
import { icon } from '../kit/icons.js';
import { avatar } from './avatar.js';
import { openPersonMenu } from './people.js';

/** The list of places: the app, channels, direct messages. */
export class Sidebar {
  constructor(app) {
    this.app = app;
    this.folded = new Set(['browse']);
    this.node = h('nav', { class: 'sidebar', 'aria-label': 'Channels and direct messages' });
    this.node.addEventListener('keydown', (event) => this.key(event));
  }

  draw() {
    const { directory } = this.app;
    const focused = this.node.contains(document.activeElement) && document.activeElement.dataset.place;
    const channels = directory.channels().filter((channel) => !channel.is_archived);
    const rooms = channels.filter((channel) => !channel.is_im).sort((a, b) => a.name.localeCompare(b.name));
    const appDm = channels.find((channel) => directory.isAppDm(channel));
    const people = directory.people().filter((user) => user.id !== directory.me);
    refill(this.node,
      this.meButton(),
      this.section('app', 'App', [this.appRow(appDm)]),
      this.section('channels', 'Channels', rooms.filter((channel) => channel.is_member).map((channel) => this.channelRow(channel))),
      this.section('browse', 'More channels', rooms.filter((channel) => !channel.is_member).map((channel) => this.channelRow(channel))),
      this.section('people', 'Direct messages', people.map((user) => this.personRow(user, channels))),
      h('p', { class: 'sandbox-note' }, icon('info', 14), h('span', {}, 'A rehearsal workspace on this machine. Nothing here reaches Slack.')));
    if (focused) this.node.querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Who one is here, and the way to be somebody else. */
  meButton() {
    const { self } = this.app.directory;
    const button = h('button', { type: 'button', class: 'me-button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false', 'aria-label': `You are ${self.shown}. Change who you are`, dataset: { place: 'me' }, onClick: () => openPersonMenu(this.app, button) },
      avatar(self, 34), h('span', { class: 'me-words' }, h('span', { class: 'me-name' }, self.shown), h('span', { class: 'me-title' }, self.title || 'You')), icon('down', 14));
    return button;
  }

  section(id, title, rows) {
    if (rows.length === 0) return null;
    const folded = this.folded.has(id);
    const toggle = () => {
      if (folded) this.folded.delete(id);
      else this.folded.add(id);
      this.draw();
    };
    const shown = folded ? rows.filter((row) => row.classList.contains('current') || row.classList.contains('unread')) : rows;
    return h('section', { class: 'side-section' },
      h('h2', {}, h('button', { type: 'button', class: 'side-title', 'aria-expanded': String(!folded), dataset: { place: `section-${id}` }, onClick: toggle }, icon(folded ? 'right' : 'down', 13), title)),
      h('ul', { class: 'side-list' }, shown.map((row) => h('li', {}, row))));
  }

  row({ place, current, unread = 0, badge = 0, face, title, note, open }) {
    const classes = ['side-row', current && 'current', unread > 0 && 'unread'].filter(Boolean).join(' ');
    const spoken = [title, note, badge ? `${badge} mentions` : unread ? `${unread} unread` : ''].filter(Boolean).join(', ');
    return h('button', { type: 'button', class: classes, 'aria-current': current ? 'page' : null, 'aria-label': spoken, dataset: { place }, onClick: open },
      h('span', { class: 'side-face' }, face), h('span', { class: 'side-name' }, title), badge > 0 && h('span', { class: 'badge' }, badge > 99 ? '99+' : badge));
  }

  appRow(dm) {
    const { directory } = this.app;
    const bot = directory.user(directory.app.bot_user_id) ?? { ...directory.app, is_bot: true };
    return this.row({ place: 'app', current: this.app.place.kind === 'home' || (dm && this.app.isCurrent(dm.id)), unread: dm?.unread, badge: dm?.unread, face: avatar({ ...bot, color: directory.app.color ?? bot.color }, 20), title: directory.app.name, note: 'app home', open: () => (dm?.unread ? this.app.openChannel(dm.id) : this.app.openHome()) });
  }

  channelRow(channel) {
    return this.row({ place: channel.id, current: this.app.isCurrent(channel.id), unread: channel.unread, badge: channel.mentions, face: icon(channel.is_private ? 'lock' : 'hash', 16), title: channel.name, note: channel.is_private ? 'private channel' : 'channel', open: () => this.app.openChannel(channel.id) });
  }

  personRow(user, channels) {
    const dm = channels.find((channel) => channel.is_im && channel.user === user.id);
    return this.row({ place: user.id, current: dm && this.app.isCurrent(dm.id), unread: dm?.unread, badge: dm?.unread, face: avatar(user, 20), title: user.shown, note: 'direct message', open: () => this.app.openDm(user.id) });
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.altKey) return;
    event.preventDefault();
    const stops = [...this.node.querySelectorAll('button')];
    const to = stops.indexOf(document.activeElement) + step;
    stops[Math.min(Math.max(to, 0), stops.length - 1)]?.focus();
  }
}
