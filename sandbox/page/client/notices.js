import { h } from '../kit/dom.js';
import { icon } from '../kit/icons.js';

/** Words that are not part of a message: toasts, the connection banner, and what only screen readers hear. */
export class Notices {
  constructor() {
    this.polite = h('div', { class: 'sr-only', 'aria-live': 'polite', role: 'status' });
    this.toasts = h('div', { class: 'toasts', role: 'alert' });
    this.banner = h('div', { class: 'banner', role: 'alert', hidden: true });
    document.body.append(this.polite, this.toasts, this.banner);
  }

  /** Spoken, not shown. */
  announce(words) {
    this.polite.textContent = '';
    this.polite.textContent = words;
  }

  toast(words, kind = 'error') {
    const node = h('div', { class: `toast ${kind}` }, icon(kind === 'error' ? 'alert' : 'check', 16), words);
    this.toasts.append(node);
    setTimeout(() => node.remove(), 6000);
  }

  connection(lost) {
    this.banner.hidden = !lost;
    this.banner.textContent = lost ? 'The sandbox does not answer. Trying again…' : '';
  }
}
