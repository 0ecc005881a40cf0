import { createMiddleware } from '@blaizejs/middleware';
import type { KeyValueStore, Middleware } from '@blaizejs/types';

import { CookieJar, type SessionCookie } from './session/cookie.ts';
import { memoryStore } from './session/memory-store.ts';
import { remember } from './session/known.ts';
import { resolveOptions, type ResolvedOptions, type SessionOptions } from './session/options.ts';
import { RequestSession, type SessionSettings } from './session/request-session.ts';
import { Sealer } from './session/seal.ts';
import { SealedBackend } from './session/sealed-backend.ts';
import { type SessionStore, StoreBackend } from './session/store-backend.ts';

export { memoryStore, type MemoryStoreOptions } from './session/memory-store.ts';
export type { SessionCookie, SessionOptions, SessionStore };
export type { KeyValueStore, Middleware };
export type { KeyValueOptions, Schema } from '@blaizejs/types';

/**
 * The session of a client, on `ctx.state.session`. Nothing is read before it is asked, and nothing is sent before something
 * is written. Changes are saved once, when the answer is known, whatever it is: a value, an error or a redirect.
 *
 * @typeParam Data the data by key: values that JSON has
 */
export interface Session<Data extends object = Record<string, unknown>> {
  /**
   * Reads a value. Changing an object does not save it: call {@link Session.set}.
   *
   * @throws ServiceUnavailableError (503, `ERR_BLAIZE_SESSION_STORE`) if the store fails or takes too long
   */
  get<Key extends keyof Data & string>(key: Key): Promise<Data[Key] | undefined>;
  /**
   * Writes a value. The first one begins a session. Values that requests write to other keys at the same time are kept.
   *
   * @throws BlaizeError `ERR_BLAIZE_SESSION_VALUE` if it is not JSON; `ERR_BLAIZE_SESSION_SENT` if the answer was sent
   */
  set<Key extends keyof Data & string>(key: Key, value: Data[Key]): void;
  /** Removes a value. @throws as {@link Session.set} */
  delete(key: keyof Data & string): void;
  /** Reads a value and removes it: for a message that is shown once. @throws as {@link Session.get} and {@link Session.set} */
  flash<Key extends keyof Data & string>(key: Key): Promise<Data[Key] | undefined>;
  /**
   * Gives the session a new id, and ends the old one. Call it whenever someone signs in or gets more rights: whoever has
   * planted or seen the old id gets nothing (session fixation, CWE-384). The data and the absolute limit stay.
   *
   * @throws BlaizeError `ERR_BLAIZE_SESSION_SENT` if the answer was sent
   */
  regenerate(): void;
  /**
   * Ends the session for good, and removes the cookie. Requests that are still running can't bring it back. What is written
   * after it begins a new session.
   *
   * @throws BlaizeError `ERR_BLAIZE_SESSION_SENT` if the answer was sent
   */
  destroy(): void;
  /**
   * A name for the session, for logs or to bind something to it: not what the cookie has, so it gives no access. Undefined if
   * there is no session.
   */
  id(): Promise<string | undefined>;
  /** Whether the client came without a session that is valid. */
  isNew(): Promise<boolean>;
}

/**
 * Sessions: data that belongs to one client, sealed in a cookie or kept in a store.
 *
 * ```ts
 * const sessions = session<{ user: number }>({ secret: process.env.SESSION_SECRET });
 *
 * createPostRoute({
 *   middleware: [sessions],
 *   handler: async ({ state: { session } }) => {
 *     session.regenerate();
 *     session.set('user', 7);
 *   },
 * });
 * ```
 *
 * @typeParam Data the data by key. With a `schema`, it is inferred
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists everything that is wrong with the options
 */
export function session<Data extends object = Record<string, unknown>>(
  options: SessionOptions<Data>,
): Middleware<{ session: Session<Data> }> {
  const resolved = resolveOptions(options);
  const settings = settingsOf(resolved);
  const middleware = createMiddleware<{ session: Session<Data> }>({
    name: 'session',
    onRequest: (ctx) => {
      const outer: unknown = ctx.state.session;
      if (RequestSession.of(settings, outer)) return;
      // An app may have declared a type of its own for `State.session`.
      ctx.state.session = new RequestSession(settings, ctx, outer) as never;
    },
    onSend: (ctx) => RequestSession.of(settings, ctx.state.session)?.finish(ctx),
  });
  remember(middleware, settings);
  return middleware;
}

// One for the process: several calls of session() may have the same secret and cookie.
let ownRevocations: KeyValueStore | undefined;

function settingsOf(options: ResolvedOptions): SessionSettings {
  const {
    secret,
    store,
    revocations = (ownRevocations ??= memoryStore({ maxEntries: 20_000 })),
    idle,
    absolute,
    storeTimeout,
    schema,
  } = options;
  const jar = new CookieJar(options.cookie);
  const { name, room } = jar;
  const shared = { idle, absolute, storeTimeout, name };
  const sealer = (purpose: string): Sealer | undefined => secret && new Sealer(secret, `${purpose} ${name}`);
  const backend = store
    ? new StoreBackend({ ...shared, store, sealer: sealer('id') })
    : new SealedBackend({ ...shared, revocations, room, sealer: sealer('data') as Sealer });
  return { backend, jar, schema, idle, absolute, storeTimeout };
}
