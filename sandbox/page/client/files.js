import { h } from '../kit/dom.js';
import { icon } from '../kit/icons.js';
import { safeHref } from '../kit/inline.js';
import { closeButton, openDialog } from '../kit/overlay.js';

/** Files of a message: pictures shown, others as a card; both can be downloaded. */

export function messageFiles(message, transport) {
  const files = message.files ?? [];
  if (files.length === 0) return null;
  return h('div', { class: 'files' }, files.map((file) => (isPicture(file) ? picture(file, transport) : fileCard(file))));
}

const isPicture = (file) => /^image\/(png|jpe?g|gif|webp|svg\+xml|bmp)$/.test(file.mimetype ?? '');

const titleOf = (file) => file.title || file.name || 'file';

function picture(file, transport) {
  const url = safeHref(file.url_private);
  return h('figure', { class: 'figure' },
    h('figcaption', { class: 'image-title' }, titleOf(file)),
    h('button', { type: 'button', class: 'image-button', 'aria-label': `Enlarge: ${titleOf(file)}`, onClick: () => transport.openImage({ url, alt: file.alt_txt ?? titleOf(file), title: titleOf(file), download: file.name }) },
      h('img', { class: 'block-image', src: url, alt: file.alt_txt ?? titleOf(file), loading: 'lazy' })));
}

function fileCard(file) {
  return h('a', { class: 'file-card', href: safeHref(file.url_private), download: file.name ?? '', 'aria-label': `Download ${titleOf(file)}, ${sizeOf(file.size)}` },
    h('span', { class: 'file-sign' }, icon('file', 22)),
    h('span', { class: 'file-words' }, h('span', { class: 'file-name' }, titleOf(file)), h('span', { class: 'muted' }, `${kindOf(file)} · ${sizeOf(file.size)}`)),
    icon('download', 18));
}

function kindOf(file) {
  const ending = (file.name ?? '').split('.').pop();
  return ending && ending !== file.name ? ending.toUpperCase() : (file.mimetype ?? 'File');
}

function sizeOf(bytes = 0) {
  if (bytes < 1000) return `${bytes} bytes`;
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : [bytes / 1e6, 'MB'];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** A picture over the whole page. @param {{url: string, alt?: string, title?: string, download?: string}} image */
export function openLightbox({ url, alt, title, download }) {
  const bar = h('header', { class: 'lightbox-bar' }, h('span', { class: 'lightbox-title' }, title || alt || 'Image'),
    h('a', { class: 'icon-button', href: url, download: download ?? '', target: '_blank', rel: 'noopener noreferrer', 'aria-label': 'Download', title: 'Download' }, icon('download')),
    closeButton(() => dialog.close()));
  const dialog = openDialog({ label: `Image: ${title || alt || ''}`, className: 'lightbox', content: [bar, h('img', { src: url, alt: alt ?? '' })] });
}
