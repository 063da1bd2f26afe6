import { h, refill } from '../kit/dom.js';
import { COMMON_REACTIONS, findEmoji, glyph } from '../kit/emoji.js';
import { unescape } from '../kit/mrkdwn.js';
import { confirmDialog, openMenu, openPopover } from '../kit/overlay.js';

/** What a message's own buttons do: reply, react, link, dismiss, the app's shortcuts, edit and delete. */
export class MessageDesk {
  /** @param {{api: object, directory: object, notices: object, openThread: (message: object) => void, forget: (message: object) => void}} given */
  constructor(given) {
    Object.assign(this, given);
  }

  react(message, name, remove) {
    return this.try(() => this.api.react(message.channel, message.ts, name, remove));
  }

  pickReaction(message, anchor) {
    const pick = (name) => {
      popover.close();
      const mine = message.reactions?.find((each) => each.name === name)?.users?.includes(this.directory.me);
      this.react(message, name, Boolean(mine));
    };
    const grid = h('div', { class: 'emoji-grid' });
    const draw = (names) => refill(grid, names.map((name) => h('button', { type: 'button', class: 'emoji-choice', title: `:${name}:`, 'aria-label': name, onClick: () => pick(name) }, glyph(name))));
    const search = h('input', {
      class: 'list-search',
      type: 'text',
      placeholder: 'Find a reaction',
      'aria-label': 'Find a reaction',
      onInput: () => draw(search.value ? findEmoji(search.value.trim().toLowerCase()) : COMMON_REACTIONS),
      onKeydown: (event) => event.key === 'Enter' && grid.firstElementChild?.click(),
    });
    draw(COMMON_REACTIONS);
    const popover = openPopover(anchor, [search, grid], { label: 'Reactions', className: 'emoji-picker' });
    search.focus();
  }

  async copyLink(message) {
    const url = new URL(location.origin);
    url.searchParams.set('channel', message.channel);
    url.searchParams.set('ts', message.ts);
    if (message.thread_ts && message.thread_ts !== message.ts) url.searchParams.set('thread', message.thread_ts);
    await this.try(() => navigator.clipboard.writeText(url.href));
    this.notices.toast('Link copied', 'good');
  }

  dismiss(message) {
    this.forget(message);
    return message.local ? undefined : this.try(() => this.api.dismiss(message.channel, message.ts));
  }

  openMenu(message, anchor) {
    const shortcuts = this.directory.shortcuts.filter((each) => each.type === 'message').map((each) => ({
      label: each.name,
      description: this.directory.app.name,
      run: () => this.try(() => this.api.shortcut(each.callback_id, { channel: message.channel, message_ts: message.ts })),
    }));
    const own = message.user === this.directory.me
      ? [{ label: 'Edit message', run: () => this.edit(message) }, { label: 'Delete message', danger: true, run: () => this.remove(message) }]
      : [];
    const common = [{ label: 'Copy link', run: () => this.copyLink(message) }, { label: 'Copy text', run: () => this.try(() => navigator.clipboard.writeText(message.text ?? '')) }];
    openMenu(anchor, [...shortcuts, ...common, ...own], 'More message actions');
  }

  /** Edit in place: the text becomes a field. */
  edit(message) {
    const article = document.querySelector(`.message[data-ts="${message.ts}"]`);
    const host = article?.querySelector('.message-body');
    if (!host) return;
    const before = [...host.childNodes];
    const field = h('textarea', { class: 'field', 'aria-label': 'Edit message', value: asTyped(message.text ?? '', this.directory), rows: 2 });
    const end = () => host.replaceChildren(...before);
    const save = async () => {
      const text = field.value.trim();
      end();
      if (text && text !== message.text) await this.try(() => this.api.edit(message.channel, message.ts, text));
    };
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') end();
      if (event.key !== 'Enter' || event.shiftKey) return;
      event.preventDefault();
      save();
    });
    host.replaceChildren(field, h('div', { class: 'elements' }, h('button', { type: 'button', class: 'button', onClick: end }, 'Cancel'), h('button', { type: 'button', class: 'button primary solid', onClick: save }, 'Save')));
    field.focus();
  }

  async remove(message) {
    const confirm = { title: 'Delete message', text: 'Delete this message? This cannot be undone.', confirm: 'Delete', deny: 'Cancel', style: 'danger' };
    if (await confirmDialog(confirm, (words) => words)) await this.try(() => this.api.remove(message.channel, message.ts));
  }

  async try(work) {
    try {
      await work();
    } catch (error) {
      this.notices.toast(error.message);
    }
  }
}

/** Message text as its author typed it: ids are names again, entities signs. */
function asTyped(text, directory) {
  const named = text
    .replace(/<@([A-Z0-9]+)[^>]*>/g, (_all, id) => `@${directory.user(id)?.name ?? id}`)
    .replace(/<#([A-Z0-9]+)[^>]*>/g, (_all, id) => `#${directory.channel(id)?.name ?? id}`)
    .replace(/<!subteam\^([A-Z0-9]+)[^>]*>/g, (_all, id) => `@${directory.group(id)?.handle ?? id}`)
    .replace(/<!(here|channel|everyone)[^>]*>/g, '@$1')
    .replace(/<([^|>]+)(?:\|[^>]*)?>/g, '$1');
  return unescape(named);
}
