/** Functions to call once. Most owners have at most one, so the second one creates the list. */
export type Listeners = (() => void) | (() => void)[] | undefined;

export function addListener(listeners: Listeners, listener: () => void): Listeners {
  if (listeners === undefined) return listener;
  if (typeof listeners === 'function') return [listeners, listener];
  listeners.push(listener);
  return listeners;
}

export function callListeners(listeners: Listeners): void {
  if (typeof listeners === 'function') listeners();
  else if (listeners) for (const listener of listeners) listener();
}
