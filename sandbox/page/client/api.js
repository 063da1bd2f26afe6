/** The sandbox's UI API, as `sandbox/README.md` has it. */

/** A refusal, with words for a person. */
export class ApiError extends Error {
  constructor(code, message) {
    super(message || code);
    this.name = 'ApiError';
    this.code = code;
  }
}

export class Api {
  /** @param {string} user id or handle of the person who acts */
  constructor(user) {
    this.user = user;
  }

  workspace() {
    return get('/ui/workspace', {});
  }

  async channels() {
    return (await get('/ui/channels', { user: this.user })).channels;
  }

  /** Oldest first, with `has_more`. */
  messages(channel, { threadTs, before, limit = 50 } = {}) {
    return get('/ui/messages', { user: this.user, channel, thread_ts: threadTs, before, limit });
  }

  say(channel, text, { threadTs, broadcast } = {}) {
    return this.post('/ui/message', { channel, text, thread_ts: threadTs, reply_broadcast: broadcast });
  }

  edit(channel, ts, text) {
    return this.post('/ui/edit', { channel, ts, text });
  }

  remove(channel, ts) {
    return this.post('/ui/delete', { channel, ts });
  }

  react(channel, ts, name, remove) {
    return this.post('/ui/reaction', { channel, ts, name, remove });
  }

  read(channel) {
    return this.post('/ui/read', { channel });
  }

  dismiss(channel, ts) {
    return this.post('/ui/dismiss', { channel, ts });
  }

  join(channel) {
    return this.post('/ui/join', { channel });
  }

  leave(channel) {
    return this.post('/ui/leave', { channel });
  }

  async dm(other) {
    return (await this.post('/ui/dm', { with: other })).channel;
  }

  command(channel, text) {
    return this.post('/ui/command', { channel, text });
  }

  act(request) {
    return this.post('/ui/action', request);
  }

  suggest(request) {
    return this.post('/ui/options', request);
  }

  /** A refused form is an answer too: `{ok: false, errors}`. */
  submit(viewId, values) {
    return this.post('/ui/submit', { view_id: viewId, values });
  }

  close(viewId, all = false) {
    return this.post('/ui/close', { view_id: viewId, all });
  }

  shortcut(callbackId, place = {}) {
    return this.post('/ui/shortcut', { callback_id: callbackId, ...place });
  }

  async openHome(tab = 'home') {
    return (await this.post('/ui/home/open', { tab })).view;
  }

  async home() {
    return (await get('/ui/home', { user: this.user })).view;
  }

  async modals() {
    return (await get('/ui/modals', { user: this.user })).modals;
  }

  async upload(file) {
    const query = new URLSearchParams({ user: this.user, name: file.name });
    return (await read(fetch(`/ui/upload?${query}`, { method: 'POST', body: file }))).file;
  }

  post(path, body) {
    const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ user: this.user, ...body }) };
    return read(fetch(path, request));
  }
}

function get(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return read(fetch(`${path}?${new URLSearchParams(given)}`));
}

async function read(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new ApiError('unreachable', 'The sandbox does not answer. Is it still running?');
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(answer.error ?? `http_${response.status}`, answer.message);
  return answer;
}
