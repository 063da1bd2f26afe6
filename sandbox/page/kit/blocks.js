import { h, uid } from './dom.js';
import { alertBlock, card, carousel, container, plan, taskCard } from './cards.js';
import { dataVisualization } from './charts.js';
import { imageElement, imageSource, renderElement } from './elements.js';
import { icon } from './icons.js';
import { link } from './inline.js';
import { markdown } from './markdown.js';
import { richText } from './richtext.js';
import { dataTable, table } from './tables.js';
import { textElement, textNodes, wordsOf } from './text.js';

/** Block Kit: one renderer a block type, `(block, surface) => HTMLElement`. */
const RENDERERS = {
  section,
  header: (block, surface) => h('h3', { class: 'header-text' }, textNodes(block.text, surface.directory)),
  divider: () => h('hr', { class: 'divider' }),
  image: imageBlock,
  context,
  actions,
  context_actions: (block, surface) => h('div', { class: 'elements context-actions' }, children(block, surface)),
  input,
  rich_text: (block, surface) => richText(block, surface.directory),
  markdown: (block) => markdown(block.text ?? ''),
  table,
  data_table: dataTable,
  data_visualization: dataVisualization,
  file,
  video,
  alert: alertBlock,
  card,
  carousel,
  container: (block, surface) => container(block, surface, renderBlocks),
  plan,
  task_card: taskCard,
};

const LONG_TEXT = 700; // characters; Slack folds longer sections in a message behind "See more"
const LONG_LINES = 14;

/**
 * @param {object[]} blocks
 * @param {import('./surface.js').Surface} surface
 * @returns {HTMLElement}
 */
export function renderBlocks(blocks, surface) {
  return h('div', { class: 'blocks' }, (blocks ?? []).map((block) => renderBlock(block, surface)));
}

export function renderBlock(block, surface) {
  const render = RENDERERS[block.type];
  const body = render ? render(block, surface) : h('div', { class: 'unsupported' }, `unsupported block: ${block.type}`);
  return h('div', { class: `block block-${block.type}`, dataset: { blockId: block.block_id ?? '' } }, body);
}

function children(block, surface) {
  return (block.elements ?? []).map((element) => renderElement(element, block, surface));
}

function section(block, surface) {
  const text = block.text && foldable(textElement('div', { class: 'section-text' }, block.text, surface.directory), block, surface);
  const fields = block.fields?.length && h('div', { class: 'fields' }, block.fields.map((field) => textElement('div', { class: 'field-text' }, field, surface.directory)));
  const accessory = block.accessory && h('div', { class: 'accessory' }, renderElement(block.accessory, block, surface));
  return h('div', { class: 'section' }, h('div', { class: 'section-main' }, text, fields), accessory);
}

/** Long text in a message starts folded, unless the block says `expand`. */
function foldable(node, block, surface) {
  const words = block.text.text;
  const long = words.length > LONG_TEXT || words.split('\n').length > LONG_LINES;
  if (!long || block.expand || surface.kind !== 'message') return node;
  node.classList.add('folded');
  const more = h('button', {
    type: 'button',
    class: 'text-button',
    'aria-expanded': 'false',
    onClick: () => {
      const folded = node.classList.toggle('folded');
      more.setAttribute('aria-expanded', String(!folded));
      more.textContent = folded ? 'See more' : 'See less';
    },
  }, 'See more');
  return [node, more];
}

function context(block, surface) {
  const piece = (element) => (element.type === 'image' ? imageElement(element, surface, 'context-image') : textElement('span', { class: 'context-text' }, element, surface.directory));
  return h('div', { class: 'context' }, (block.elements ?? []).map(piece));
}

function actions(block, surface) {
  return h('div', { class: 'elements', role: 'group' }, children(block, surface));
}

/** Label, element, hint and the refusal under it. */
function input(block, surface) {
  const error = surface.errors[block.block_id];
  const element = renderElement(block.element, block, surface);
  const control = element.matches('input, textarea, select, button, [contenteditable], [role="radiogroup"], [role="group"]') ? element : (element.querySelector('input, textarea, [contenteditable="true"]') ?? element);
  const ids = [];
  const note = (className, content, props = {}) => {
    const id = uid('note');
    ids.push(id);
    return h('div', { class: className, id, ...props }, content);
  };
  control.id ||= uid('control');
  const hint = block.hint && note('hint text', textNodes(block.hint, surface.directory));
  const refusal = error && note('input-error', [icon('alert', 15), h('span', {}, error)], { role: 'alert' });
  if (ids.length) control.setAttribute('aria-describedby', ids.join(' '));
  if (error) control.setAttribute('aria-invalid', 'true');
  if (!block.optional) control.setAttribute('aria-required', 'true');
  const label = h('label', { class: 'label', for: control.id }, textNodes(block.label, surface.directory), block.optional && h('span', { class: 'optional' }, ' (optional)'));
  return h('div', { class: `input${error ? ' refused' : ''}` }, label, element, hint, refusal);
}

function imageBlock(block, surface) {
  const source = imageSource(block, surface);
  const title = block.title && textElement('div', { class: 'image-title' }, block.title, surface.directory);
  const picture = imageElement(block, surface, 'block-image');
  if (!source) return h('figure', { class: 'figure' }, title, picture);
  const open = () => surface.transport.openImage({ url: source, alt: block.alt_text, title: wordsOf(block.title) });
  return h('figure', { class: 'figure' }, title, h('button', { type: 'button', class: 'image-button', 'aria-label': `Enlarge: ${block.alt_text ?? 'image'}`, onClick: open }, picture));
}

function file(block) {
  return h('div', { class: 'file-card' }, icon('file', 22), h('div', {}, h('div', { class: 'file-name' }, block.external_id ?? 'Remote file'), h('div', { class: 'muted' }, `${block.source ?? 'remote'} file`)));
}

/** A video is a link with its preview: the sandbox embeds no foreign player. */
function video(block, surface) {
  const preview = imageElement({ image_url: block.thumbnail_url, alt_text: block.alt_text }, surface, 'video-preview');
  const title = textNodes(block.title, surface.directory);
  return h('div', { class: 'video' },
    h('div', { class: 'video-frame' }, preview, h('span', { class: 'video-play' }, icon('play', 26))),
    h('div', { class: 'video-words' },
      h('div', { class: 'video-title' }, link(block.title_url ?? block.video_url, title)),
      h('div', { class: 'muted' }, [block.author_name, block.provider_name].filter(Boolean).join(' · ')),
      block.description && textElement('div', {}, block.description, surface.directory)));
}
