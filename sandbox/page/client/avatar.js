import { h } from '../kit/dom.js';
import { icon } from '../kit/icons.js';

/** A square portrait of initials in the person's colour; the app has its sign. */
export function avatar(author, size = 36) {
  const style = { 'background-color': author.color ?? '#888', width: `${size}px`, height: `${size}px`, 'font-size': `${Math.round(size * 0.4)}px` };
  const face = author.isApp || author.is_bot ? icon('waves', Math.round(size * 0.6)) : (author.initials ?? initials(author.shown ?? author.name));
  return h('span', { class: `avatar${author.isApp || author.is_bot ? ' avatar-app' : ''}`, style, 'aria-hidden': 'true' }, face);
}

function initials(name = '?') {
  return name.split(/\s+/).map((word) => word[0] ?? '').slice(0, 2).join('').toUpperCase();
}
