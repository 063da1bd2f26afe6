import { h } from './dom.js';
import { dispatch, focusKey } from './dispatch.js';
import { icon } from './icons.js';
import { safeHref } from './inline.js';
import { openMenu } from './overlay.js';
import { textNodes, wordsOf } from './text.js';

/** Elements that a click fires: buttons, menus of actions, feedback. */

export function button(element, block, surface) {
  const href = element.url && safeHref(element.url);
  const props = {
    class: `button ${element.style ?? ''}`,
    'aria-label': element.accessibility_label,
    dataset: focusKey(block, element),
  };
  const label = h('span', { class: 'button-label' }, textNodes(element.text, surface.directory));
  const send = () => dispatch({ node, block, element, surface }, null);
  const node = href
    ? h('a', { ...props, href, target: '_blank', rel: 'noopener noreferrer', onClick: send }, label, icon('link', 14))
    : h('button', { ...props, type: 'button', onClick: send }, label);
  return node;
}

/** A workflow button starts a workflow, which the sandbox does not run; it tells the app like any button. */
export function workflowButton(element, block, surface) {
  const node = h('button', {
    type: 'button',
    class: `button ${element.style ?? ''}`,
    'aria-label': element.accessibility_label,
    title: 'Starts a workflow',
    dataset: focusKey(block, element),
    onClick: () => dispatch({ node, block, element, surface }, null),
  }, icon('bolt', 15), h('span', { class: 'button-label' }, textNodes(element.text, surface.directory)));
  return node;
}

export function iconButton(element, block, surface) {
  const only = element.visible_to_user_ids;
  if (only?.length && !only.includes(surface.directory.me)) return null;
  const label = element.accessibility_label ?? wordsOf(element.text);
  const node = h('button', {
    type: 'button',
    class: 'icon-button small',
    'aria-label': label,
    title: wordsOf(element.text),
    dataset: focusKey(block, element),
    onClick: () => dispatch({ node, block, element, surface }, null),
  }, icon(element.icon, 16));
  return node;
}

export function feedbackButtons(element, block, surface) {
  const make = (choice, name) => {
    const chosen = surface.current(block, element) === choice.value;
    const node = h('button', {
      type: 'button',
      class: `icon-button small feedback${chosen ? ' chosen' : ''}`,
      'aria-label': choice.accessibility_label ?? wordsOf(choice.text),
      'aria-pressed': String(chosen),
      title: wordsOf(choice.text),
      dataset: focusKey(block, element, name),
      onClick: async () => {
        surface.set(block, element, choice.value);
        for (const one of pair) mark(one, one === node);
        await dispatch({ node, block, element, surface }, choice.value);
      },
    }, icon(name, 16));
    return node;
  };
  const mark = (node, on) => {
    node.classList.toggle('chosen', on);
    node.setAttribute('aria-pressed', String(on));
  };
  const pair = [make(element.positive_button, 'thumb_up'), make(element.negative_button, 'thumb_down')];
  return h('span', { class: 'feedback-pair', role: 'group', 'aria-label': 'Feedback' }, pair);
}

export function overflow(element, block, surface) {
  const items = () => element.options.map((option) => ({
    label: textNodes(option.text, surface.directory),
    description: option.description && textNodes(option.description, surface.directory),
    href: option.url && safeHref(option.url),
    run: () => dispatch({ node, block, element, surface }, option.value),
  }));
  const node = h('button', {
    type: 'button',
    class: 'button overflow',
    'aria-label': 'More actions',
    'aria-haspopup': 'menu',
    'aria-expanded': 'false',
    dataset: focusKey(block, element),
    onClick: () => openMenu(node, items(), 'More actions'),
  }, icon('more'));
  return node;
}
