/** Functions to call once. Most exchanges have at most one, so the second one creates the list. */
export type CloseListeners = (() => void) | (() => void)[] | undefined;

export function addCloseListener(listeners: CloseListeners, listener: () => void): CloseListeners {
  if (listeners === undefined) return listener;
  if (typeof listeners === 'function') return [listeners, listener];
  listeners.push(listener);
  return listeners;
}

export function callCloseListeners(listeners: CloseListeners): void {
  if (typeof listeners === 'function') listeners();
  else if (listeners) for (const listener of listeners) listener();
}
