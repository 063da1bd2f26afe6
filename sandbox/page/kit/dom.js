/**
 * The only way this page makes elements. There is no markup string anywhere in the page (no innerHTML),
 * so text written by a stranger cannot become markup.
 */

const SVG = 'http://www.w3.org/2000/svg';
const PROPERTIES = new Set(['value', 'checked', 'disabled', 'selected', 'indeterminate', 'tabIndex', 'hidden', 'multiple', 'open']);

/**
 * Make an element. `on*` functions become listeners, `dataset` an object of data attributes, `null`, `undefined`
 * and `false` are left out. Children may be nodes, strings, numbers or (nested) arrays of them.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...any} children
 * @returns {HTMLElement}
 */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. @returns {SVGElement} */
export function s(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) setProp(node, name, value);
  append(node, children);
  return node;
}

function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === 'dataset') Object.assign(node.dataset, value);
  else if (name === 'style') for (const [key, setting] of Object.entries(value)) node.style.setProperty(key, setting);
  else if (name.startsWith('on') && typeof value === 'function') node.addEventListener(name.slice(2).toLowerCase(), value);
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? '' : String(value));
}

/** Append children of any depth; empty ones are skipped. */
export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === '') continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/** Replace all children. */
export function refill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

let serial = 0;

/** A document-wide unique id, for label/for and aria-describedby. */
export function uid(prefix = 'x') {
  serial += 1;
  return `${prefix}-${serial}`;
}

const FOCUSABLE = 'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), summary, [contenteditable="true"], [tabindex]:not([tabindex="-1"])';

/** What Tab reaches inside `root`, in document order. */
export function focusable(root) {
  return [...root.querySelectorAll(FOCUSABLE)].filter((node) => node.tabIndex >= 0 && node.getClientRects().length > 0);
}

/** Keep Tab inside `root`. Attach as a keydown listener of `root`. */
export function trapTab(root, event) {
  if (event.key !== 'Tab') return;
  const stops = focusable(root);
  if (stops.length === 0) {
    event.preventDefault();
    return;
  }
  const first = stops[0];
  const last = stops[stops.length - 1];
  const outside = !root.contains(document.activeElement);
  if (event.shiftKey && (document.activeElement === first || outside)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && (document.activeElement === last || outside)) {
    event.preventDefault();
    first.focus();
  }
}
