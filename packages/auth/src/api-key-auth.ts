import {
  assertHeaderName,
  callback,
  type Check,
  checkBuiltIn,
  isObject,
  optional,
  options as shapeOf,
} from '@blaizejs/errors/internal';
import type { Middleware, MiddlewareContext, SecurityScheme } from '@blaizejs/types';

import { hashApiKey, isApiKey, isPrefix, isSameHash, PREFIX_FORM } from './api-key.ts';
import { isToken68, MAX_CREDENTIALS, readAuthorization } from './authorization.ts';
import { type Identity, type Lookup, Refusal, toMiddleware } from './authenticator.ts';
import { bearerChallenge, invalidToken } from './bearer.ts';
import type { Challenge } from './challenge.ts';
import { commonShape } from './check-options.ts';
import type { CommonAuthOptions } from './common-options.ts';
import { scopesOf } from './scopes.ts';

/** Where a request has its key: in a header, in a parameter of the query, or as `Authorization: Bearer …`. */
export type ApiKeySource = 'bearer' | { readonly header: string } | { readonly query: string };

/** What is stored of a key. */
export interface StoredApiKey<User> {
  /** What `ctx.state.user` becomes. `requireScope()` reads its `scopes`, if it has any. */
  readonly user: User;
  /** The `hash` that `createApiKey()` returned. */
  readonly hash: string;
}

/** The options of {@link apiKeyAuth}. */
export interface ApiKeyAuthOptions<User> extends CommonAuthOptions {
  /** Finds a key by its hash: the SHA-256 of what the client sent, in hexadecimal. */
  readonly find: (hash: string, ctx: MiddlewareContext) => Lookup<StoredApiKey<User>>;
  /**
   * Where the key is. URLs end up in logs and histories, so use `query` only for clients that can't do better.
   * Default: `{ header: 'x-api-key' }`.
   */
  readonly from?: ApiKeySource | undefined;
  /** The prefix that your keys have. With it, other texts and typos are refused without a call of `find`. */
  readonly prefix?: string | undefined;
}

interface Source {
  readonly challenge: Challenge;
  readonly security: SecurityScheme;
  /** The key; undefined if there is none, null if it is malformed. */
  read(ctx: MiddlewareContext): string | null | undefined;
}

const SOURCE = '"bearer", { header: "x-api-key" } or { query: "api_key" }';

const source: Check<ApiKeySource> = (value, path, report) => {
  if (!isSource(value)) report(path, value, SOURCE);
  return value as ApiKeySource;
};

const check = shapeOf(
  {
    ...commonShape,
    find: callback('(hash, ctx) that returns { user, hash }'),
    from: optional(source),
    prefix: (value, path, report): string | undefined => {
      if (value === undefined || isPrefix(value)) return value;
      report(path, value, PREFIX_FORM);
      return undefined;
    },
  },
  'an object of options, such as { find: (hash) => keys.get(hash) }',
);

const UNKNOWN = new Refusal('The API key is not valid.');

/**
 * Authenticates requests by API keys, which are stored hashed, and puts what they belong to on `ctx.state.user`.
 *
 * ```ts
 * const { key, hash } = createApiKey('acme');
 * apiKeyAuth({ prefix: 'acme', find: async (hash) => keys.findByHash(hash) })
 * ```
 *
 * Requests without a good key get 401 with a challenge. Answers are marked `Cache-Control: private` unless the route says
 * otherwise, as shared caches know only the `Authorization` header.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists everything that is wrong with the options. For a request: UnauthorizedError (401) `ERR_BLAIZE_UNAUTHORIZED`
 * without a key, `ERR_BLAIZE_AUTH_CREDENTIALS` if it is refused
 */
export function apiKeyAuth<User extends object>(
  options: ApiKeyAuthOptions<User> & { readonly optional: true },
): Middleware<{ user: User | undefined }>;
export function apiKeyAuth<User extends object>(
  options: ApiKeyAuthOptions<User> & { readonly optional?: false | undefined },
): Middleware<{ user: User }>;
export function apiKeyAuth<User extends object>(
  options: ApiKeyAuthOptions<User>,
): Middleware<{ user: User }> {
  const { prefix, from, realm, scheme, optional: isOptional } = checkBuiltIn('apiKeyAuth', check, options);
  const { find } = options;
  const place = sourceOf(from ?? { header: 'x-api-key' }, realm);
  return toMiddleware<User>({
    name: 'api-key-auth',
    challenge: place.challenge,
    onRefusal: from === 'bearer' ? invalidToken : undefined,
    security: [scheme ?? (from === 'bearer' ? 'bearer' : 'apiKey'), place.security],
    optional: isOptional,
    authenticate: (ctx) => {
      const key = place.read(ctx);
      if (key === undefined) return undefined;
      ctx.response.header('cache-control', 'private');
      if (key === null || (prefix !== undefined && !isApiKey(key, prefix))) return UNKNOWN;
      return identify(find, hashApiKey(key), ctx);
    },
  });
}

async function identify<User>(
  find: ApiKeyAuthOptions<User>['find'],
  hash: string,
  ctx: MiddlewareContext,
): Promise<Identity<User> | Refusal> {
  const found = await find(hash, ctx);
  // Databases may compare loosely, and find by a part of the hash.
  if (!found || !isSameHash(hash, found.hash)) return UNKNOWN;
  return { user: found.user, scopes: scopesOf(found.user) };
}

function sourceOf(from: ApiKeySource, realm: string | undefined): Source {
  if (from === 'bearer') {
    return {
      challenge: bearerChallenge(realm),
      security: { type: 'http', scheme: 'bearer' },
      read: ({ request }) => {
        const authorization = readAuthorization(request.header('authorization'));
        if (authorization?.scheme !== 'bearer') return undefined;
        return isToken68(authorization.credentials) ? authorization.credentials : null;
      },
    };
  }
  const place = 'header' in from ? 'header' : 'query';
  const name = 'header' in from ? from.header.toLowerCase() : from.query;
  return {
    // No scheme is registered for such keys, and 401 needs a challenge (RFC 9110 section 15.5.2).
    challenge: { scheme: 'ApiKey', params: { realm, in: place, name } },
    security: { type: 'apiKey', in: place, name },
    read: ({ request }) => {
      const value = place === 'header' ? request.header(name) : queryValue(request.query, name);
      if (value === undefined || value === '') return undefined;
      return typeof value === 'string' && value.length <= MAX_CREDENTIALS ? value : null;
    },
  };
}

function queryValue(query: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(query, name) ? query[name] : undefined;
}

function isSource(value: unknown): value is ApiKeySource {
  if (value === 'bearer') return true;
  if (!isObject(value) || Object.keys(value).length !== 1) return false;
  const { header, query } = value;
  if (typeof query === 'string') return /^[ -~]+$/.test(query);
  return typeof header === 'string' && header.toLowerCase() !== 'authorization' && isHeaderName(header);
}

function isHeaderName(name: string): boolean {
  try {
    assertHeaderName(name);
    return true;
  } catch {
    return false;
  }
}
