import { h } from '../kit/dom.js';
import { icon } from '../kit/icons.js';
import { openPopover } from '../kit/overlay.js';
import { avatar } from './avatar.js';

/** Who am I? Every person of the workspace; each browser tab can be another one. */
export function openPersonMenu(app, anchor) {
  const { directory } = app;
  const row = (user) => {
    const current = user.id === directory.me;
    return h('a', { class: 'person-row', href: app.addressOf({ user: user.name }), 'aria-current': current ? 'true' : null, dataset: { handle: user.name }, onClick: (event) => choose(event, user) },
      avatar(user, 32), h('span', { class: 'person-words' }, h('span', { class: 'person-name' }, user.shown), h('span', { class: 'muted' }, user.title || (user.is_admin ? 'Admin' : ''))), current && icon('check', 16));
  };
  const choose = (event, user) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    popover.close();
    app.become(user.name);
  };
  const popover = openPopover(anchor, [
    h('div', { class: 'popover-title' }, 'You are'),
    h('div', { class: 'person-list' }, directory.people().map(row)),
    h('div', { class: 'popover-note' }, 'Ctrl-click opens someone in a new tab, so that two people can be here at once.'),
  ], { label: 'Choose who you are', className: 'person-menu' });
  popover.root.querySelector('[aria-current]')?.focus();
}

/** The small card behind a name. */
export function openProfile(app, userId, anchor) {
  const user = app.directory.user(userId);
  if (!user) return;
  const time = localTime(user.tz);
  const open = () => (popover.close(), user.is_bot ? app.openHome() : app.openDm(user.id));
  const popover = openPopover(anchor, [
    h('div', { class: 'profile-head' }, avatar(user, 64), h('div', {}, h('div', { class: 'profile-name' }, user.real_name || user.shown, user.is_bot && h('span', { class: 'app-badge' }, 'APP')), h('div', { class: 'muted' }, user.title || (user.is_bot ? app.directory.app.description : '')))),
    h('dl', { class: 'profile-facts' }, h('dt', {}, 'Handle'), h('dd', {}, `@${user.name}`), time && [h('dt', {}, 'Local time'), h('dd', {}, time)]),
    user.id !== app.directory.me && h('button', { type: 'button', class: 'button', onClick: open }, user.is_bot ? 'Open app home' : 'Message'),
  ], { label: user.shown, className: 'profile' });
  popover.root.querySelector('button')?.focus();
}

function localTime(zone) {
  try {
    return new Date().toLocaleTimeString([], { hour: 'numeric', minute: '2-digit', timeZone: zone });
  } catch {
    return null;
  }
}

/** Who is in a channel. */
export function openMembers(app, channel, anchor) {
  const members = (channel.members ?? []).map((id) => app.directory.user(id)).filter(Boolean);
  const leave = () => (popover.close(), app.leave(channel.id));
  const popover = openPopover(anchor, [
    h('div', { class: 'popover-title' }, `${members.length} members`),
    h('ul', { class: 'member-list' }, members.map((user) => h('li', {}, avatar(user, 26), h('span', {}, user.shown), h('span', { class: 'muted' }, user.is_bot ? 'App' : user.title)))),
    channel.is_member && h('button', { type: 'button', class: 'text-button danger', onClick: leave }, 'Leave channel'),
  ], { label: `Members of ${channel.name}`, className: 'members' });
}
