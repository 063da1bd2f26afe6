import { renderBlocks } from '../kit/blocks.js';
import { h, refill } from '../kit/dom.js';
import { icon } from '../kit/icons.js';
import { Surface } from '../kit/surface.js';
import { avatar } from './avatar.js';

const LATE = 1500; // ms after which a Home that has not come is asked for once more

/** The app's Home tab. */
export class Home {
  constructor(app) {
    this.app = app;
    this.surface = null;
    this.viewId = null;
    this.body = h('div', { class: 'home-body', tabindex: '0', role: 'region', 'aria-label': `${app.directory.app.name} home` });
  }

  /** Tell the app that its Home is looked at; its answer comes through the stream. */
  async open() {
    this.show(await this.app.api.openHome('home'), true);
    setTimeout(() => this.waiting && this.app.guard(async () => this.show(await this.app.api.home(), true)), LATE);
  }

  show(view, waiting = false) {
    this.waiting = !view && waiting;
    if (!view) {
      refill(this.body, h('div', { class: 'empty' }, icon('home', 40), h('p', {}, waiting ? `Waiting for ${this.app.directory.app.name} to draw its Home…` : 'This Home is empty.')));
      return;
    }
    if (view.id !== this.viewId) {
      this.viewId = view.id;
      this.surface = new Surface({ kind: 'home', container: { type: 'view', view_id: view.id }, directory: this.app.directory, transport: this.app.transport });
    }
    const key = this.body.contains(document.activeElement) ? document.activeElement.dataset.focusKey : null;
    const scroll = this.body.scrollTop;
    refill(this.body, h('div', { class: 'home-inner' }, renderBlocks(view.blocks, this.surface)));
    this.body.scrollTop = scroll;
    if (key) [...this.body.querySelectorAll('[data-focus-key]')].find((node) => node.dataset.focusKey === key)?.focus();
  }
}

/** The head of the app's place, with its tabs. @param {'home' | 'messages' | 'about'} current */
export function appHead(app, current) {
  const { directory } = app;
  const tab = (id, label, open) => h('button', { type: 'button', class: 'tab', role: 'tab', 'aria-selected': String(current === id), tabindex: current === id ? '0' : '-1', onClick: open }, label);
  const tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': directory.app.name },
    directory.app.home_tab !== false && tab('home', 'Home', () => app.openHome()),
    directory.app.messages_tab !== false && tab('messages', 'Messages', () => app.openDm(directory.app.bot_user_id)),
    tab('about', 'About', () => app.openAbout()));
  tabs.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const all = [...tabs.children];
    if (step) all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.click();
  });
  return h('header', { class: 'head app-head' }, app.backButton(), h('div', { class: 'head-words' }, avatar({ name: directory.app.name, isApp: true, color: directory.app.color ?? '#1d3a3a' }, 28), h('h1', { class: 'head-title' }, directory.app.name), h('span', { class: 'app-badge' }, 'APP')), tabs);
}

/** What the app says of itself. */
export function about({ directory }) {
  const commands = directory.commands.map((each) => [h('dt', {}, h('code', { class: 'code' }, `${each.command} ${each.usage_hint ?? ''}`.trim())), h('dd', {}, each.description)]);
  return h('div', { class: 'home-body' }, h('div', { class: 'home-inner about' }, h('h2', {}, directory.app.name), h('p', {}, directory.app.description), commands.length > 0 && [h('h3', {}, 'Commands'), h('dl', { class: 'command-list' }, commands)]));
}
