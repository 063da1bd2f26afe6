import { h } from './dom.js';
import { icon } from './icons.js';
import { confirmDialog } from './overlay.js';
import { textNodes } from './text.js';

/**
 * Send what a person did with an element: ask first if it has a `confirm`, show that it waits,
 * and say so beside it when the app did not answer.
 * @param {{node: HTMLElement, block: object, element: object, surface: import('./surface.js').Surface}} place
 * @param {any} value
 * @returns {Promise<boolean>} false when the person declined
 */
export async function dispatch({ node, block, element, surface }, value) {
  if (surface.isPending(block, element)) return true;
  if (element.confirm && !(await confirmDialog(element.confirm, (text) => textNodes(text, surface.directory)))) return false;
  clearWarning(node);
  try {
    await surface.act(block, element, value);
  } catch (error) {
    warn(surface.shown.get(`${block.block_id}/${element.action_id}`) ?? node, error.message);
  }
  return true;
}

function warn(node, message) {
  if (!document.contains(node)) return;
  const host = node.closest('.block') ?? node.parentElement;
  clearWarning(node);
  host.append(h('div', { class: 'act-warning', role: 'alert' }, icon('alert', 15), h('span', {}, message)));
}

function clearWarning(node) {
  (node.closest('.block') ?? node.parentElement)?.querySelectorAll(':scope > .act-warning').forEach((old) => old.remove());
}

/** Attributes that let the focus find its element again after a re-rendering. */
export function focusKey(block, element, part = '') {
  return { focusKey: `${block.block_id}/${element.action_id}/${part}` };
}
