const EVENTS = [
  'message', 'message_changed', 'message_deleted', 'ephemeral', 'ephemeral_changed', 'ephemeral_deleted', 'reaction',
  'modal_opened', 'modal_updated', 'modal_closed', 'home', 'channel', 'read', 'action_failed', 'command_failed', 'submit_failed',
];

/**
 * A browser holds six connections to one server, and every tab's stream is one of them: with a tab for each of
 * six people nothing else would load. A tab that nobody has looked at for this long (ms) lets go of its stream.
 */
const HIDDEN = 30_000;

/**
 * What happens in the workspace, as it happens. Nothing is replayed after a break, so `onResume` has to load again.
 * @param {string} user
 * @param {{onEvent: (name: string, payload: object) => void, onOpen: () => void, onBreak: () => void, onResume: () => void}} listener
 */
export function openStream(user, listener) {
  let end = connect(user, listener);
  let timer = 0;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (document.hidden) {
      timer = setTimeout(() => {
        end();
        end = null;
      }, HIDDEN);
    } else if (!end) end = connect(user, { ...listener, onOpen: listener.onResume });
  });
}

function connect(user, { onEvent, onOpen, onBreak, onResume }) {
  const source = new EventSource(`/ui/stream?user=${encodeURIComponent(user)}`);
  let broken = false;
  for (const name of EVENTS) source.addEventListener(name, (event) => onEvent(name, JSON.parse(event.data)));
  source.addEventListener('error', () => {
    if (!broken) onBreak();
    broken = true;
  });
  source.addEventListener('open', () => {
    if (broken) onResume();
    else onOpen();
    broken = false;
  });
  return () => source.close();
}
