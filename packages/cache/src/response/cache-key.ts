import { hash } from 'node:crypto';

import type { RequestContext } from '@blaizejs/context/internal';

import type { Settings } from './options.ts';
import { wrongResult } from './wrong-result.ts';

/** Where the answers to a request are. */
export interface CacheKey {
  /** Stands for the URL, and whatever else decides besides headers. */
  readonly url: string;
  /** The path without its query, for `invalidate({ path })`. */
  readonly path: string;
}

type KeySettings = Pick<Settings, 'query' | 'ignoreQuery' | 'key'>;

// Longer ones would cost more memory than their answers.
const LONGEST = 256;

/**
 * The key has scheme and host, as the handler sees them in `ctx.request.url`, and as the client sent them: what a client makes up
 * there is only ever found by clients that make up the same.
 *
 * @param target path and query; those of the request, or others on the same host
 * @throws TypeError if the option `key` returns no text
 */
export function keyOf(
  ctx: RequestContext,
  settings: KeySettings,
  target: string = ctx.exchange.target,
): CacheKey {
  const { request, exchange } = ctx;
  const { authority } = request;
  const host = authority === exchange.authority ? authority : `${authority} ${exchange.authority}`;
  const key = keyOfUrl(request.scheme, host, target, settings);
  const extra: unknown = settings.key?.(ctx);
  if (extra === undefined) return key;
  // As JSON, a promise or a map is {}, whoever asks: everybody would get the answer of the first.
  if (typeof extra !== 'string') throw wrongResult('key', 'a text', extra);
  return { url: shorten(`${key.url} ${JSON.stringify(extra)}`), path: key.path };
}

function keyOfUrl(scheme: string, host: string, target: string, settings: KeySettings): CacheKey {
  const end = target.indexOf('?');
  const path = normalisePath(end === -1 ? target : target.slice(0, end));
  const query = end === -1 ? '' : queryOf(target.slice(end + 1), settings);
  return { url: shorten(`${scheme}://${host.toLowerCase()}${path}${query}`), path };
}

/** Undoes the encoding of characters that need none (RFC 3986 section 6.2.2), so that one purge finds all spellings. */
export function normalisePath(path: string): string {
  if (!path.includes('%')) return path;
  return path.replaceAll(/%([\da-f]{2})/gi, (escape, digits: string) => {
    const character = String.fromCharCode(parseInt(digits, 16));
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase();
  });
}

function queryOf(query: string, { query: order, ignoreQuery }: KeySettings): string {
  if (order === 'exact' && ignoreQuery.length === 0) return `?${query}`;
  let pairs = query.split('&');
  if (ignoreQuery.length > 0) pairs = pairs.filter((pair) => !ignoreQuery.includes(nameOf(pair)));
  // By name only: `a=1&a=2` is not `a=2&a=1`. The order is stable.
  if (order === 'sorted')
    pairs = pairs
      .map((pair) => [nameOf(pair), pair] as const)
      .sort(byName)
      .map(([, pair]) => pair);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function nameOf(pair: string): string {
  const [name = ''] = pair.split('=', 1);
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function shorten(key: string): string {
  return key.length <= LONGEST ? key : `sha256:${hash('sha256', key, 'base64url')}`;
}
