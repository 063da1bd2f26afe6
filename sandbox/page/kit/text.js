import { h } from './dom.js';
import { withEmoji } from './inline.js';
import { mrkdwn } from './mrkdwn.js';

/**
 * A text object. `plain_text` is never interpreted, save `:emoji:` names unless it says `emoji: false`.
 * @param {{type: string, text: string, emoji?: boolean, verbatim?: boolean} | string} text
 */
export function textNodes(text, directory) {
  if (text === null || text === undefined) return null;
  if (typeof text === 'string') return document.createTextNode(text);
  if (text.type === 'mrkdwn') return mrkdwn(text.text, directory, text);
  return text.emoji === false ? document.createTextNode(text.text) : withEmoji(text.text);
}

/** The same in an element of its own, which keeps the text's line breaks. */
export function textElement(tag, props, text, directory) {
  return h(tag, { ...props, class: `text ${props.class ?? ''}` }, textNodes(text, directory));
}

/** The words only, for labels and titles. */
export function wordsOf(text) {
  return typeof text === 'string' ? text : (text?.text ?? '');
}
