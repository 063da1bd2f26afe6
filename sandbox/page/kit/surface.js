/**
 * A message, a modal or a Home: what its blocks may ask for, and what the person has filled in so far.
 * A surface outlives a re-rendering of its blocks, so what was typed survives an update of the view.
 */
export class Surface {
  /**
   * @param {object} given
   * @param {'message' | 'modal' | 'home'} given.kind
   * @param {object} given.container `{type: 'message', channel, ts}` or `{type: 'view', view_id}`
   * @param {object} given.directory what user, channel and group ids mean
   * @param {object} given.transport `act(request)`, `suggest(request)`, `openImage(image)`, `appName()`
   */
  constructor({ kind, container, directory, transport }) {
    this.kind = kind;
    this.container = container;
    this.directory = directory;
    this.transport = transport;
    /** @type {Record<string, Record<string, any>>} by block_id, action_id: only what the person touched */
    this.filled = {};
    /** Labels of options that came from the app, so that a chosen one can be shown again. */
    this.labels = new Map();
    /** @type {Record<string, string>} refusals by block_id */
    this.errors = {};
    this.pending = new Set();
    /** @type {Map<string, HTMLElement>} the element that stands for a key now; a re-rendering brings a new one */
    this.shown = new Map();
  }

  /** What an element holds now: what the person chose, else its `initial_…`. */
  current(block, element) {
    const filled = this.filled[block.block_id];
    return filled && element.action_id in filled ? filled[element.action_id] : initialValue(element);
  }

  set(block, element, value) {
    this.filled[block.block_id] = { ...this.filled[block.block_id], [element.action_id]: value };
  }

  isPending(block, element) {
    return this.pending.has(keyOf(block, element));
  }

  /** This node stands for the element from now on. */
  show(block, element, node) {
    this.shown.set(keyOf(block, element), node);
    mark(node, this.isPending(block, element));
    return node;
  }

  /**
   * Tell the app. Resolves when it has acked, rejects with words for a person. The same element is sent
   * once at a time: a second click while the first waits does nothing.
   */
  async act(block, element, value) {
    const key = keyOf(block, element);
    if (this.pending.has(key)) return;
    this.pending.add(key);
    mark(this.shown.get(key), true);
    try {
      await this.transport.act({ container: this.container, block_id: block.block_id, action_id: element.action_id, value, state: this.filled });
    } finally {
      this.pending.delete(key);
      mark(this.shown.get(key), false);
    }
  }

  /** Options of an external select, for what was typed. */
  suggest(block, element, query) {
    return this.transport.suggest({ container: this.container, block_id: block.block_id, action_id: element.action_id, query });
  }

  /** Does a change of this element go to the app at once? In an input block only when it asks for it. */
  dispatches(block) {
    return block.type !== 'input' || block.dispatch_action === true;
  }
}

/** An element that waits for the app looks so. */
function mark(node, waits) {
  if (!node) return;
  node.classList.toggle('pending', waits);
  if (waits) node.setAttribute('aria-busy', 'true');
  else node.removeAttribute('aria-busy');
}

const keyOf = (block, element) => `${block.block_id}/${element.action_id}`;

/** The plain value that an element starts with. */
export function initialValue(element) {
  const one = element.initial_option?.value ?? element.initial_user ?? element.initial_channel ?? element.initial_conversation;
  if (one !== undefined) return one;
  const many = element.initial_options?.map((option) => option.value) ?? element.initial_users ?? element.initial_channels ?? element.initial_conversations;
  if (many) return many;
  return element.initial_value ?? element.initial_date ?? element.initial_time ?? element.initial_date_time ?? null;
}
