import { h } from '../kit/dom.js';
import { glyph } from '../kit/emoji.js';
import { icon } from '../kit/icons.js';
import { Completion, allCommands } from './completion.js';

/** Where one writes: Enter sends, Shift+Enter breaks the line, `/` begins a command. */
export class Composer {
  /**
   * @param {object} given
   * @param {string} given.placeholder
   * @param {object} given.directory
   * @param {(text: string) => Promise<void>} given.say
   * @param {(text: string) => Promise<void>} given.command
   * @param {(anchor: HTMLElement) => void} [given.shortcuts] shows the app's shortcuts, where it has some
   * @param {(error: Error) => void} given.failed the text is put back before
   * @param {() => void} [given.up] Arrow up in an empty field
   */
  constructor(given) {
    Object.assign(this, given);
    this.field = h('textarea', { class: 'composer-field', rows: 1, placeholder: given.placeholder, 'aria-label': given.placeholder });
    this.completion = new Completion(this.field, given.directory);
    this.hint = h('div', { class: 'command-hint', 'aria-live': 'polite' });
    this.sendButton = h('button', { type: 'button', class: 'send', 'aria-label': 'Send', disabled: true, onClick: () => this.send() }, icon('send', 17));
    const tool = (name, label, insert) => h('button', { type: 'button', class: 'icon-button small', 'aria-label': label, title: label, onClick: () => this.insert(insert) }, name.length > 1 ? icon(name, 17) : h('span', { class: 'glyph' }, name));
    const bolt = given.shortcuts && h('button', { type: 'button', class: 'icon-button small', 'aria-label': 'Shortcuts', title: 'Shortcuts', 'aria-haspopup': 'menu', onClick: () => given.shortcuts(bolt) }, icon('bolt', 17));
    this.node = h('div', { class: 'composer' }, this.completion.node, h('div', { class: 'composer-box' }, this.field,
      h('div', { class: 'composer-foot' }, tool('/', 'Run a command', '/'), tool('@', 'Mention someone', '@'), tool('smile', 'Emoji', ':sm'), bolt, this.hint, this.sendButton)));
    this.field.addEventListener('input', () => this.typed());
    this.field.addEventListener('keydown', (event) => this.key(event));
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  insert(text) {
    const { field } = this;
    const gap = text !== '/' && field.value && !/\s$/.test(field.value) ? ' ' : '';
    field.value = text === '/' ? text : field.value + gap + text;
    field.focus();
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  typed() {
    this.field.style.height = 'auto';
    this.field.style.height = `${Math.min(this.field.scrollHeight, 240)}px`;
    this.sendButton.disabled = this.field.value.trim() === '';
    const name = this.field.value.match(/^(\/[\w-]+)\s/)?.[1];
    const known = name && allCommands(this.directory).find((each) => each.command === name);
    this.hint.textContent = known?.usage_hint ? `${known.command} ${known.usage_hint}` : '';
  }

  key(event) {
    if (event.isComposing || this.completion.key(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === 'ArrowUp' && this.field.value === '' && !event.altKey) {
      event.preventDefault();
      this.up?.();
    }
  }

  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = '';
    this.typed();
    const isCommand = /^\/[\w-]/.test(text);
    try {
      await (isCommand ? this.command(text) : this.say(withGlyphs(text)));
    } catch (error) {
      if (!this.field.value) {
        this.field.value = text;
        this.typed();
      }
      this.failed(error);
    }
  }
}

/** `:wave:` becomes its emoji, as in Slack's composer. */
function withGlyphs(text) {
  return text.replace(/:([a-z0-9_+'-]+):/g, (all, name) => glyph(name) ?? all);
}
