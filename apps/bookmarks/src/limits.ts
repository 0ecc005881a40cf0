import { rateLimit } from '@blaizejs/middleware/rate-limit';
import type { RateLimitStore } from 'blaizejs/types';

const MINUTE = 60_000;

/** How often a client may sign up or in within a quarter of an hour, and send any request within a minute. */
export function limits(signIns: number, requests: number, store?: RateLimitStore) {
  return [
    rateLimit({ limit: requests, window: MINUTE, store }),
    rateLimit({
      name: 'sign-in',
      limit: signIns,
      window: 15 * MINUTE,
      store,
      skip: ({ request: { method, path } }) =>
        method !== 'POST' || (path !== '/api/users' && path !== '/api/session'),
    }),
  ];
}
