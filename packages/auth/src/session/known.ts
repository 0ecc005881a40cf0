import type { SessionSettings } from './request-session.ts';

// Of each middleware that session() has made.
const known = new WeakMap<object, SessionSettings>();

export function remember(middleware: object, settings: SessionSettings): void {
  known.set(middleware, settings);
}

/** The settings of a middleware; undefined if session() did not make it. */
export function settingsOf(middleware: unknown): SessionSettings | undefined {
  return typeof middleware === 'object' && middleware !== null ? known.get(middleware) : undefined;
}
