import type { LiveWebSocketOptions } from './live-types.ts';

/** All options. */
const OPTIONS: { readonly [Name in keyof Required<LiveWebSocketOptions<never>>]: true } = {
  message: true,
  open: true,
  close: true,
  answers: true,
  resume: true,
  reset: true,
  protocols: true,
  minDelay: true,
  maxDelay: true,
  queueLimit: true,
  maxRequests: true,
  WebSocket: true,
};

/**
 * Refuses what could never connect, or would be ignored. A function as the URL is only asked later.
 *
 * @throws TypeError
 */
export function checkArguments(url: unknown, options: object): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(OPTIONS, name)) continue;
    const all = Object.keys(OPTIONS).join(', ');
    throw new TypeError(`connectWebSocket() has no option \`${name}\`. It has ${all}.`);
  }
  if (typeof url === 'function') return;
  // A page may leave out what is in its own address.
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  try {
    new URL(String(url), location?.href);
  } catch {
    const shown = JSON.stringify(String(url).replace(/\?.*$/s, '?…'));
    throw new TypeError(`connectWebSocket() takes a URL such as wss://example.com/rooms/7, not ${shown}.`);
  }
}
