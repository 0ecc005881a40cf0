import { checkNames } from './check-names.ts';
import type { RetryOptions } from './options.ts';

/** {@link RetryOptions}, complete. */
export type Retry = { readonly [K in keyof RetryOptions]-?: Exclude<RetryOptions[K], undefined> };

const DEFAULTS: Retry = {
  limit: 2,
  methods: ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'],
  statuses: [408, 429, 502, 503, 504],
  maxDelay: 30_000,
};

/** Completes the option `retry`; a number is its limit. @throws ClientError for an unknown part */
export function readRetry(retry: number | RetryOptions | undefined, base: Retry = DEFAULTS): Retry {
  const given = typeof retry === 'number' ? { limit: retry } : (retry ?? {});
  checkNames(given, Object.keys(DEFAULTS).join(' '));
  return { ...base, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/**
 * Milliseconds to wait before the next attempt: what `Retry-After` asks for (RFC 9110 section 10.2.3), or, if it is neither a
 * number of seconds nor a date, a random part of 300 ms, doubled with each attempt. Undefined if `Retry-After` is longer than
 * `maxDelay`.
 *
 * @param attempt from 1
 */
export function delayOf({ maxDelay }: Retry, attempt: number, response?: Response): number | undefined {
  const after = response?.headers.get('retry-after') ?? '';
  // `Date.parse` would take `-1` and `1.5` for dates. The oldest of the three formats lacks the zone, which is GMT.
  const delay = /^\d+$/.test(after)
    ? Number(after) * 1000
    : Date.parse(/^[A-Z].*:/.test(after) ? after.replace(/( GMT)?$/, ' GMT') : '') - Date.now();
  if (isNaN(delay)) return Math.random() * Math.min(maxDelay, 300 * 2 ** (attempt - 1));
  return delay <= maxDelay ? Math.max(0, delay) : undefined;
}
