import { h, refill, uid } from '../kit/dom.js';
import { icon } from '../kit/icons.js';
import { openDialog } from '../kit/overlay.js';
import { avatar } from './avatar.js';

const MOST = 12;

/** Ctrl/Cmd+K: jump to a channel, a person, the app, or become someone else. */
export function openSwitcher(app) {
  const listId = uid('jump');
  const input = h('input', { class: 'switcher-input', type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': listId, 'aria-label': 'Jump to', placeholder: 'Jump to a channel or person…', autocomplete: 'off', spellcheck: 'false', dataset: { autofocus: '' } });
  const list = h('div', { class: 'switcher-list', role: 'listbox', id: listId, 'aria-label': 'Places' });
  const dialog = openDialog({ label: 'Jump to', className: 'switcher', content: [h('div', { class: 'switcher-head' }, icon('search'), input), list, h('div', { class: 'switcher-foot muted' }, '↑ ↓ choose · Enter opens · Esc closes')] });
  let found = [];
  let active = 0;
  const mark = () => {
    [...list.children].forEach((row, n) => row.setAttribute('aria-selected', String(n === active)));
    list.children[active]?.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', list.children[active]?.id ?? '');
  };
  const pick = (n) => {
    dialog.close();
    found[n]?.open();
  };
  const draw = () => {
    found = ranked(places(app), input.value).slice(0, MOST);
    active = 0;
    refill(list, found.length ? found.map((place, n) => row(place, n, pick, listId)) : h('div', { class: 'list-note' }, 'Nothing found'));
    mark();
  };
  input.addEventListener('input', draw);
  input.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter') pick(active);
    if (!step || found.length === 0) return;
    event.preventDefault();
    active = (active + step + found.length) % found.length;
    mark();
  });
  draw();
}

function row(place, n, pick, listId) {
  return h('div', { class: 'option', role: 'option', id: `${listId}-${n}`, onClick: () => pick(n) }, h('span', { class: 'option-face' }, place.face), h('span', { class: 'option-label' }, place.title), place.unread > 0 && h('span', { class: 'badge' }, place.unread), h('span', { class: 'option-note' }, place.note));
}

function places(app) {
  const { directory } = app;
  const channels = directory.channels().filter((channel) => !channel.is_im).map((channel) => ({ title: channel.name, face: icon(channel.is_private ? 'lock' : 'hash', 16), unread: channel.unread, note: channel.is_member ? '' : 'not joined', open: () => app.openChannel(channel.id) }));
  const people = directory.people().filter((user) => user.id !== directory.me).map((user) => ({ title: user.shown, words: user.name, face: avatar(user, 22), note: user.title, open: () => app.openDm(user.id) }));
  const home = { title: directory.app.name, face: icon('home', 16), note: 'App home', open: () => app.openHome() };
  return [...channels.sort((a, b) => (b.unread ?? 0) - (a.unread ?? 0)), home, ...people];
}

/** Starts-with first, then contains. */
function ranked(all, query) {
  const wanted = query.trim().replace(/^[#@]/, '').toLowerCase();
  if (!wanted) return all;
  const text = (place) => `${place.title} ${place.words ?? ''}`.toLowerCase();
  const hits = all.filter((place) => text(place).includes(wanted));
  return [...hits.filter((place) => text(place).startsWith(wanted)), ...hits.filter((place) => !text(place).startsWith(wanted))];
}
