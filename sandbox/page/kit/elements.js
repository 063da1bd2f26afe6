import { h } from './dom.js';
import { button, feedbackButtons, iconButton, overflow, workflowButton } from './buttons.js';
import { checkboxes, radioButtons } from './choices.js';
import { emailInput, fileInput, numberInput, plainTextInput, urlInput } from './inputs.js';
import { datePicker, dateTimePicker, timePicker } from './pickers.js';
import { richTextInput } from './richinput.js';
import { isSelect, select } from './selects.js';

/** One renderer an element type: `(element, block, surface) => HTMLElement | null`. */
const RENDERERS = {
  button,
  workflow_button: workflowButton,
  icon_button: iconButton,
  feedback_buttons: feedbackButtons,
  overflow,
  radio_buttons: radioButtons,
  checkboxes,
  datepicker: datePicker,
  timepicker: timePicker,
  datetimepicker: dateTimePicker,
  plain_text_input: plainTextInput,
  email_text_input: emailInput,
  url_text_input: urlInput,
  number_input: numberInput,
  file_input: fileInput,
  rich_text_input: richTextInput,
  image: (element, _block, surface) => imageElement(element, surface),
};

/** Render an interactive element or an image of a block. */
export function renderElement(element, block, surface) {
  const render = isSelect(element.type) ? select : RENDERERS[element.type];
  if (!render) return h('span', { class: 'unsupported' }, `unsupported element: ${element.type}`);
  const node = render(element, block, surface);
  return node && element.action_id ? surface.show(block, element, node) : node;
}

/** The address of a picture: from the web, or of a file in this workspace. */
export function imageSource(image, surface) {
  if (image.image_url) return safeImage(image.image_url);
  const file = image.slack_file ?? {};
  return safeImage(file.url ?? surface.directory.fileUrl?.(file.id));
}

function safeImage(url) {
  return url && /^(https?:\/\/|\/)/i.test(url) ? url : null;
}

/** A small picture; its alternative text takes its place when it cannot be loaded. */
export function imageElement(element, surface, className = 'accessory-image') {
  const source = imageSource(element, surface);
  const missing = () => h('span', { class: `image-missing ${className}`, role: 'img', 'aria-label': element.alt_text, title: element.alt_text }, element.alt_text);
  if (!source) return missing();
  const node = h('img', { class: className, src: source, alt: element.alt_text ?? '', loading: 'lazy', referrerpolicy: 'no-referrer' });
  node.addEventListener('error', () => node.replaceWith(missing()), { once: true });
  return node;
}
