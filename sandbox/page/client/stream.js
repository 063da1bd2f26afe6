const EVENTS = [
  'message', 'message_changed', 'message_deleted', 'ephemeral', 'ephemeral_changed', 'ephemeral_deleted', 'reaction',
  'modal_opened', 'modal_updated', 'modal_closed', 'home', 'channel', 'read', 'action_failed', 'command_failed', 'submit_failed',
];

/**
 * What happens in the workspace, as it happens. Nothing is replayed after a break, so `onResume` has to load again.
 * @param {string} user
 * @param {{onEvent: (name: string, payload: object) => void, onOpen: () => void, onBreak: () => void, onResume: () => void}} listener
 */
export function openStream(user, { onEvent, onOpen, onBreak, onResume }) {
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
}
