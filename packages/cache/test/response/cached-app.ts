import { createApp } from '@blaizejs/app';
import type { AnyContext, KeyValueStore, MiddlewareInput } from '@blaizejs/types';

import { type ResponseCache, responseCache, type ResponseCacheOptions } from '../../src/response-cache.ts';

/** A route with a cache, asked in process. */
export interface CachedApp {
  readonly cache: ResponseCache;
  /** How often the handler was run. */
  readonly runs: () => number;
  get(path?: string, init?: RequestInit & { readonly host?: string }): Promise<Response>;
  readonly app: ReturnType<typeof createApp>;
}

export const FRESH = { 'cache-control': 'max-age=60' };

/** @param handler of `GET /*`, which answers with how often it was run unless it says otherwise */
export async function cachedApp(
  handler: (ctx: AnyContext, run: number) => unknown,
  options: ResponseCacheOptions = {},
  {
    outside = [],
    inside = [],
    settings = {},
  }: {
    readonly outside?: readonly MiddlewareInput[];
    readonly inside?: readonly MiddlewareInput[];
    readonly settings?: Partial<Parameters<typeof createApp>[0]>;
  } = {},
): Promise<CachedApp> {
  const cache = responseCache(options);
  let runs = 0;
  const app = createApp({
    mode: 'production',
    logger: false,
    middleware: [...outside, cache, ...inside],
    ...settings,
  } as never);
  app.router.addRoute('GET', '/*', { handler: (ctx) => handler(ctx as never, (runs += 1)) as never });
  app.router.addRoute('POST', '/*', { handler: ({ response }) => response.status(204) });
  await app.ready();
  return {
    cache,
    app,
    runs: () => runs,
    get: (path = '/', { host = 'shop.example', ...init } = {}) =>
      app.fetch(new Request(`https://${host}${path}`, init)),
  };
}

/** Answers with its number, for a minute. */
export function numbered({ response }: AnyContext, run: number): unknown {
  return response.headers(FRESH).text(`answer ${run}`);
}

/** A promise, and the function that resolves it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** A turn of the event loop, in which everything that is ready runs. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The methods of a store, to replace some. */
export function methodsOf(store: KeyValueStore): KeyValueStore {
  return {
    get: (key) => store.get(key),
    set: (key, value, options) => store.set(key, value, options),
    delete: (key) => store.delete(key),
    deleteTag: (tag) => store.deleteTag(tag),
  };
}
