import { parseHttpDate } from '@blaizejs/context/internal';
import type { HeaderFields } from '@blaizejs/types';

import { CacheControl } from './cache-control.ts';
import type { Head } from './entry.ts';
import type { Settings } from './options.ts';
import { varyNames } from './variant.ts';

/** What is known of the request, as far as it decides. */
export interface Asked {
  readonly hasAuthorization: boolean;
  readonly hasCookie: boolean;
  /** The client has shown a certificate, trusted or not. */
  readonly hasCertificate: boolean;
  readonly noStore: boolean;
}

/** The lifetime of an answer, and what else its headers say about storing it. */
export type Policy = Pick<
  Head,
  'age' | 'lifetime' | 'sliding' | 'whileRevalidate' | 'ifError' | 'noCache' | 'mustRevalidate' | 'vary'
> & {
  /** The headers that are not stored. */
  readonly omitted: ReadonlySet<string>;
  /** The `Date` of the answer; undefined if it has none that is valid. */
  readonly date: number | undefined;
};

type PolicySettings = Pick<Settings, 'ttl' | 'negativeTtl' | 'staleWhileRevalidate' | 'staleIfError'>;

// They are about the connection, the client or the cache, and not about the answer.
const NEVER_STORED = [
  'age',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-correlation-id',
];

/** Whose rules are known here (RFC 9110 section 15). */
const UNDERSTOOD = new Set([200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 501]);
/** What the option `ttl` is for. */
const GOOD = new Set([200, 203, 204, 300, 301, 308]);
/** What `negativeTtl` is for. */
const BAD = new Set([404, 405, 410, 414, 500, 501, 502, 503, 504]);

const LONGEST_AGE = 2 ** 31;

/**
 * Decides whether an answer to GET may be stored (RFC 9111 section 3), without looking at its content.
 *
 * @param fields what it will be sent with
 * @param now milliseconds since 1970
 * @returns undefined if it may not
 */
export function policyOf(
  status: number,
  fields: HeaderFields,
  asked: Asked,
  settings: PolicySettings,
  now: number,
): Policy | undefined {
  // 206 and 304 are parts of an answer.
  if (status < 200 || status === 206 || status === 304 || asked.noStore) return undefined;
  if (fields['set-cookie'] !== undefined || fields['set-cookie2'] !== undefined) return undefined;
  const said = CacheControl.parse(text(fields, 'cache-control'));
  if (said.has('must-understand') && !UNDERSTOOD.has(status)) return undefined;
  if (forbids(said)) return undefined;
  const vary = varyNames(text(fields, 'vary'));
  if (vary === '*') return undefined;
  if (/^text\/event-stream\b/i.test(text(fields, 'content-type') ?? '')) return undefined;

  const sharedAge = said.seconds('s-maxage');
  const isForAll = said.has('public') || sharedAge !== undefined || said.has('must-revalidate');
  if (asked.hasAuthorization && !isForAll) return undefined;

  const date = dateOf(fields, 'date');
  const explicit = explicitLifetime(said, fields, date ?? now);
  const chosen = explicit ?? lifetimeByOption(status, said, asked, settings);
  const canValidate = fields['etag'] !== undefined || fields['last-modified'] !== undefined;
  const noCache = said.isWhole('no-cache');
  if (chosen === undefined && !(noCache && canValidate)) return undefined;
  const { lifetime, sliding } = chosen ?? { lifetime: 0, sliding: undefined };
  if (status >= 500 && settings.negativeTtl === 0) return undefined;

  const mustRevalidate = said.has('must-revalidate') || said.has('proxy-revalidate');
  const staleFor = (name: string, fallback: number): number => {
    if (mustRevalidate || noCache) return 0;
    const seconds = said.seconds(name);
    if (seconds !== undefined) return seconds * 1_000;
    // s-maxage is also proxy-revalidate (RFC 9111 section 5.2.2.10); only the answer itself can say otherwise.
    return sharedAge === undefined ? fallback : 0;
  };
  const whileRevalidate = staleFor('stale-while-revalidate', settings.staleWhileRevalidate);
  const ifError = staleFor('stale-if-error', settings.staleIfError);
  const age = ageAtFirst(fields, date, now);
  if (lifetime - age <= 0 && !canValidate && whileRevalidate === 0 && ifError === 0) return undefined;
  return {
    age,
    date,
    lifetime: status >= 500 ? Math.min(lifetime, settings.negativeTtl) : lifetime,
    sliding,
    whileRevalidate,
    ifError,
    noCache,
    mustRevalidate: mustRevalidate || sharedAge !== undefined,
    vary,
    omitted: new Set([
      ...NEVER_STORED,
      ...namesIn(text(fields, 'connection')),
      ...said.namesIn('no-cache'),
      ...said.namesIn('private'),
    ]),
  };
}

/** Whether headers that were added after the answer was made forbid to share it. */
export function isVetoed(fields: HeaderFields): boolean {
  if (fields['set-cookie'] !== undefined) return true;
  const said = CacheControl.parse(text(fields, 'cache-control'));
  if (forbids(said)) return true;
  const vary = varyNames(text(fields, 'vary'));
  return vary === '*' || vary.includes('cookie') || vary.includes('authorization');
}

/** `must-understand` replaces `no-store`, which is for caches that do not know it (RFC 9111 section 5.2.2.3). */
function forbids(said: CacheControl): boolean {
  return (said.has('no-store') && !said.has('must-understand')) || said.isWhole('private');
}

type Lifetime = Pick<Head, 'lifetime' | 'sliding'>;

/** RFC 9111 section 4.2.1. */
function explicitLifetime(said: CacheControl, fields: HeaderFields, date: number): Lifetime | undefined {
  const seconds = said.seconds('s-maxage') ?? said.seconds('max-age');
  if (seconds !== undefined) return { lifetime: seconds * 1_000, sliding: undefined };
  const expires = fields['expires'];
  if (expires === undefined) return undefined;
  // What is not a date, "0" above all, is in the past (section 5.3).
  const time = typeof expires === 'string' ? parseHttpDate(expires) : undefined;
  const lifetime = time === undefined ? 0 : Math.max(0, time * 1_000 - Math.floor(date / 1_000) * 1_000);
  return { lifetime, sliding: undefined };
}

function lifetimeByOption(
  status: number,
  said: CacheControl,
  asked: Asked,
  { ttl, negativeTtl }: PolicySettings,
): Lifetime | undefined {
  // It says something, if not how long.
  if (said !== CacheControl.NONE && !said.has('public')) return undefined;
  if (BAD.has(status)) return negativeTtl > 0 ? { lifetime: negativeTtl, sliding: undefined } : undefined;
  if (ttl === undefined || !GOOD.has(status)) return undefined;
  const mayBePrivate = asked.hasAuthorization || asked.hasCookie || asked.hasCertificate;
  if (mayBePrivate && !said.has('public')) return undefined;
  if (typeof ttl === 'number') return { lifetime: ttl, sliding: undefined };
  return { lifetime: ttl.sliding, sliding: { by: ttl.sliding, max: ttl.max } };
}

/** How old the answer was when it arrived (RFC 9111 section 4.2.3): a handler may pass on that of another server. */
function ageAtFirst(fields: HeaderFields, date: number | undefined, now: number): number {
  const apparent = date === undefined ? 0 : Math.max(0, Math.floor((now - date) / 1_000) * 1_000);
  const [first = ''] = (text(fields, 'age') ?? '').split(',', 1);
  const said = /^\s*(\d+)\s*$/.exec(first)?.[1];
  return Math.max(apparent, said === undefined ? 0 : Math.min(Number(said), LONGEST_AGE) * 1_000);
}

function dateOf(fields: HeaderFields, name: string): number | undefined {
  const value = fields[name];
  const seconds = typeof value === 'string' ? parseHttpDate(value) : undefined;
  return seconds === undefined ? undefined : seconds * 1_000;
}

function namesIn(list: string | undefined): string[] {
  return (list ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
}

function text(fields: HeaderFields, name: string): string | undefined {
  const value = fields[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
