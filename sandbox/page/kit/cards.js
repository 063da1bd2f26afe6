import { h } from './dom.js';
import { imageElement, renderElement } from './elements.js';
import { icon } from './icons.js';
import { link } from './inline.js';
import { richText } from './richtext.js';
import { textElement, textNodes, wordsOf } from './text.js';

/** Blocks that frame something: alert, card, carousel, container, plan and its tasks. */

const LEVEL_ICONS = { default: 'info', info: 'info', warning: 'alert', error: 'alert', success: 'check' };

export function alertBlock(block, surface) {
  const level = block.level in LEVEL_ICONS ? block.level : 'default';
  return h('div', { class: `alert alert-${level}`, role: level === 'error' || level === 'warning' ? 'alert' : 'note' }, icon(LEVEL_ICONS[level]), textElement('div', {}, block.text, surface.directory));
}

export function card(block, surface) {
  const hero = block.hero_image && imageElement(block.hero_image, surface, 'card-hero');
  const words = (part, className) => block[part] && textElement('div', { class: className }, block[part], surface.directory);
  const head = (block.title || block.subtitle || block.icon) && h('div', { class: 'card-head' },
    block.icon && imageElement(block.icon, surface, 'card-icon'),
    h('div', { class: 'card-titles' }, words('title', 'card-title'), words('subtitle', 'muted')));
  const actions = block.actions?.length && h('div', { class: 'elements' }, block.actions.map((element) => renderElement(element, block, surface)));
  return h('article', { class: 'card' }, hero, h('div', { class: 'card-inner' }, head, words('body', 'card-body'), words('subtext', 'muted'), actions));
}

/** Cards side by side; the arrows scroll by one. */
export function carousel(block, surface) {
  const cards = (block.elements ?? []).map((each) => h('li', { class: 'carousel-item' }, card(each, surface)));
  const track = h('ul', { class: 'carousel-track', tabindex: '0', 'aria-label': `${cards.length} cards` }, cards);
  const edges = () => {
    const room = track.scrollWidth - track.clientWidth;
    arrows[0].hidden = track.scrollLeft < 8;
    arrows[1].hidden = track.scrollLeft > room - 8;
  };
  const step = (direction) => track.scrollBy({ left: direction * (cards[0]?.offsetWidth ?? 280), behavior: 'smooth' });
  const arrow = (name, direction) => h('button', { type: 'button', class: `icon-button carousel-arrow ${name}`, 'aria-label': direction < 0 ? 'Previous cards' : 'Next cards', onClick: () => step(direction) }, icon(name));
  const arrows = [arrow('left', -1), arrow('right', 1)];
  track.addEventListener('scroll', edges, { passive: true });
  new ResizeObserver(edges).observe(track);
  return h('div', { class: 'carousel', role: 'group', 'aria-roledescription': 'carousel' }, track, arrows);
}

/** A foldable group of blocks. `renderBlocks` is given, because blocks.js knows this module. */
export function container(block, surface, renderBlocks) {
  const title = block.rich_text_title ? richText(block.rich_text_title, surface.directory) : textNodes(block.title, surface.directory);
  const head = [
    block.icon && imageElement(block.icon, surface, 'card-icon'),
    h('div', { class: 'card-titles' }, h('div', { class: 'card-title' }, title), block.subtitle && textElement('div', { class: 'muted' }, block.subtitle, surface.directory)),
  ];
  const body = renderBlocks(block.child_blocks, surface);
  const className = `container width-${block.width ?? 'standard'}${block.has_header_divider ? ' ruled' : ''}`;
  if (!block.is_collapsible) return h('section', { class: className }, h('div', { class: 'card-head' }, head), body);
  return h('details', { class: className, open: !block.default_collapsed }, h('summary', { class: 'card-head' }, icon('right', 16), head), body);
}

const TASK_MARKS = { pending: ['clock', 'pending'], in_progress: ['spinner', 'in progress'], complete: ['check', 'complete'], error: ['alert', 'failed'] };

export function taskCard(block, surface) {
  const [mark, words] = TASK_MARKS[block.status] ?? TASK_MARKS.pending;
  const more = [
    block.details && richText(block.details, surface.directory),
    block.output && richText(block.output, surface.directory),
    block.sources?.length && h('div', { class: 'task-sources' }, block.sources.map((source) => link(source.url, source.text))),
  ].filter(Boolean);
  const head = [h('span', { class: `task-mark task-${block.status}`, role: 'img', 'aria-label': words }, icon(mark, 15)), h('span', { class: 'task-title' }, wordsOf(block.title))];
  if (more.length === 0) return h('div', { class: 'task' }, h('div', { class: 'task-head' }, head));
  return h('details', { class: 'task' }, h('summary', { class: 'task-head' }, head), h('div', { class: 'task-more' }, more));
}

export function plan(block, surface) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((task) => task.status === 'complete').length;
  return h('section', { class: 'plan', 'aria-label': wordsOf(block.title) },
    h('div', { class: 'plan-head' }, h('strong', {}, wordsOf(block.title)), h('span', { class: 'muted' }, `${done} of ${tasks.length} done`)),
    tasks.map((task) => taskCard(task, surface)));
}
