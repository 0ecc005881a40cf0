/** Functions to call once. Most exchanges have one or none, so a list is made only for the second. */
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
