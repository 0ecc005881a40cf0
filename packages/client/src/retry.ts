import type { RetryOptions } from './options.ts';

/** {@link RetryOptions}, complete. */
export type Retry = { readonly [K in keyof RetryOptions]-?: Exclude<RetryOptions[K], undefined> };

const DEFAULTS: Retry = {
  limit: 2,
  methods: ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'],
  statuses: [408, 429, 502, 503, 504],
  maxDelay: 30_000,
};

/** Completes the option `retry`; a number is its limit. */
export function readRetry(retry: number | RetryOptions | undefined, base: Retry = DEFAULTS): Retry {
  return { ...base, ...(typeof retry === 'number' ? { limit: retry } : retry) } as Retry;
}

/**
 * Milliseconds to wait before the next attempt: what `Retry-After` asks for (RFC 9110 section 10.2.3), or a random part of
 * 300 ms, doubled with each attempt. Undefined if `Retry-After` is longer than `maxDelay`.
 *
 * @param attempt from 1
 */
export function delayOf({ maxDelay }: Retry, attempt: number, response?: Response): number | undefined {
  const after = response?.headers.get('retry-after');
  if (!after) return Math.random() * Math.min(maxDelay, 300 * 2 ** (attempt - 1));
  const delay = /^\d+$/.test(after) ? Number(after) * 1000 : Math.max(0, Date.parse(after) - Date.now());
  // A date that is none is NaN.
  return delay <= maxDelay ? delay : undefined;
}
