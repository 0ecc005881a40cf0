import { createHash } from 'node:crypto';

import type { MiddlewareContext } from '@blaizejs/types';

import { clientAddress } from './client-address.ts';
import type { RateLimitSettings } from './options.ts';

/** Characters of a key that stay as they are: a client may have chosen it, and 100 000 keys are remembered. */
const LONGEST_KEY = 64;

/**
 * Makes the function that says what a request counts for. Kinds of keys have a prefix each, so that a user who is called
 * `192.0.2.1` is not the client of that address. In a store outside of this process there are only hashes of what `key`
 * returns, since it may be a secret.
 */
export function requestKey<Needs>({
  key,
  perRoute,
  name,
  policy: { algorithm, limit, window },
  store,
}: RateLimitSettings<Needs>): (ctx: MiddlewareContext<Needs>) => string {
  // A limit whose numbers change counts anew, and never reads what another algorithm has written.
  const scope = store ? `${name}:${algorithm}:${limit}:${window}:` : '';
  return (ctx) => {
    const route = perRoute ? `${ctx.route ? `${ctx.route.method} ${ctx.route.pattern}` : ''}:` : '';
    const own: unknown = key?.(ctx);
    if (own === undefined || own === '') return `${scope}${route}ip:${short(clientAddress(ctx.request.ip))}`;
    if (typeof own !== 'string' && typeof own !== 'number') {
      throw new TypeError(
        `The \`key\` of rateLimit() must return a string, a number or undefined, not ${describe(own)}.`,
      );
    }
    return `${scope}${route}key:${store ? hash(String(own)) : short(String(own))}`;
  };
}

function short(text: string): string {
  return text.length <= LONGEST_KEY ? text : hash(text);
}

function hash(text: string): string {
  return `#${createHash('sha256').update(text).digest('base64url')}`;
}

/** What a function returned instead of what it should. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  return value instanceof Promise ? 'a promise' : `a value of type ${typeof value}`;
}
