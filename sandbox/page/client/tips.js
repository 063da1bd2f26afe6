import { h } from '../kit/dom.js';
import { icon } from '../kit/icons.js';
import { mrkdwn } from '../kit/mrkdwn.js';
import { closeButton } from '../kit/overlay.js';

const CLOSED = 'sandbox.tips.closed';

/** "What to try": shown until closed, and again from the button in the top bar. */
export class Tips {
  constructor(directory) {
    this.button = h('button', { type: 'button', class: 'top-button', 'aria-expanded': 'false', hidden: directory.tips.length === 0, onClick: () => this.toggle() }, icon('bulb', 16), h('span', { class: 'top-label' }, 'What to try'));
    const item = (tip) => h('li', {}, h('label', { class: 'choice' }, h('input', { type: 'checkbox', class: 'choice-input' }), h('span', { class: 'text' }, mrkdwn(tip, directory))));
    this.node = h('aside', { class: 'tips', 'aria-label': 'What to try', hidden: true },
      h('header', { class: 'tips-head' }, icon('bulb', 18), h('h2', {}, 'What to try'), closeButton(() => this.set(false), 'Close what to try')),
      h('ol', { class: 'tips-list' }, directory.tips.map(item)));
    this.set(directory.tips.length > 0 && localStorage.getItem(CLOSED) !== 'yes' && window.innerWidth > 1000, false);
  }

  toggle() {
    this.set(this.node.hidden);
  }

  set(open, remember = true) {
    this.node.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
    if (remember) localStorage.setItem(CLOSED, open ? 'no' : 'yes');
  }
}
