import type { RequestContext } from '@blaizejs/context/internal';
import { checkBuiltIn } from '@blaizejs/errors/internal';
import { createMiddleware } from '@blaizejs/middleware';
import type { HookContext, Middleware } from '@blaizejs/types';

import { memoryStore } from './memory-store.ts';
import { Engine, type Parts } from './response/engine.ts';
import { Flights } from './response/flights.ts';
import { invalidateAfter, targetOf, type PurgeTarget } from './response/invalidate.ts';
import { type ResponseCacheOptions, responseCacheOptions, type SlidingTtl } from './response/options.ts';
import { Settler } from './response/settle.ts';
import { Shelf } from './response/shelf.ts';
import { type ResponseCacheCounts, type ResponseCacheStats, Stats } from './response/stats.ts';
import type { Visit } from './response/visit.ts';
import { addTags } from './response/tags.ts';
import { warm, type Warmable, type WarmOptions, type WarmResult } from './response/warm.ts';

export type {
  ResponseCacheCounts,
  ResponseCacheStats,
  Middleware,
  PurgeTarget,
  ResponseCacheOptions,
  SlidingTtl,
  Warmable,
  WarmOptions,
  WarmResult,
};

const OWN_STORE_BYTES = 67_108_864;
// RFC 9110 section 9.2.1, and the safe methods of WebDAV and of the QUERY draft.
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'REPORT', 'SEARCH', 'QUERY']);

/** A cache of answers: a middleware, and what can be done with it. */
export interface ResponseCache extends Middleware {
  /**
   * Removes answers: those with a tag, or all of a path, on any host and with any query. Requests that are under way are not stored.
   *
   * @throws what the store throws; answers may then be left
   * @throws TypeError if the target is not valid
   */
  invalidate(target: PurgeTarget): Promise<void>;
  /**
   * Adds tags to the answer of this request, if it is stored.
   *
   * @throws TypeError for a tag that is empty or longer than 256 characters, and above 128 tags
   */
  tag(ctx: Pick<HookContext, 'state'>, ...tags: readonly string[]): void;
  /** Asks an app for paths, so that their answers are stored before the first client asks. */
  warm(app: Warmable, options: WarmOptions): Promise<WarmResult>;
  /** How often the cache was of use since it was created, by route. */
  stats(): ResponseCacheStats;
}

/**
 * Keeps answers and sends them again, by the rules of HTTP caches (RFC 9111): to all clients, so it is a *shared* cache. Use it for
 * an app or for routes.
 *
 * ```ts
 * const pages = responseCache();
 *
 * createGetRoute({
 *   middleware: [pages],
 *   handler: ({ response }) => response.header('cache-control', 'public, max-age=60').json(products.all()),
 * });
 * ```
 *
 * Nothing is stored that does not say for how long, by `Cache-Control` or `Expires`; the option `ttl` says it instead. Answers with
 * `Set-Cookie`, `private` or `no-store` are never stored, and neither are answers that broke off.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists every option that is not valid
 */
export function responseCache(options: ResponseCacheOptions = {}): ResponseCache {
  const settings = checkBuiltIn('responseCache', responseCacheOptions, options);
  let log: HookContext['log'] | undefined;
  const shelf = new Shelf(settings.store ?? memoryStore({ maxBytes: OWN_STORE_BYTES }), {
    isShared: settings.store !== undefined,
    maxVariants: settings.maxVariants,
    storeTimeout: settings.storeTimeout,
    report: (error) => log?.warn({ err: error }, 'The store of a response cache fails'),
  });
  const slot = Symbol('response-cache');
  const changing = Symbol('response-cache: changes something');
  const parts: Parts = { settings, shelf, flights: new Flights(), stats: new Stats(), slot };
  const engine = new Engine(parts);
  const settler = new Settler(parts);

  const visitOf = (ctx: Pick<HookContext, 'state'>): Visit | undefined =>
    (ctx.state as Record<symbol, Visit | undefined>)[slot];

  const middleware = createMiddleware({
    name: 'response-cache',
    handler: (context, next) => {
      const ctx = context as unknown as RequestContext;
      const { method, tunnel } = ctx.request;
      if (!SAFE.has(method)) (ctx.state as Record<symbol, unknown>)[changing] = true;
      if ((method !== 'GET' && method !== 'HEAD') || tunnel) return next();
      log ??= ctx.log;
      return engine.serve(ctx, next);
    },
    onSend: (context) => {
      const ctx = context as unknown as RequestContext;
      // Not if outer middleware has refused it.
      if ((ctx.state as Record<symbol, unknown>)[changing]) return invalidateAfter(ctx, parts);
      const visit = visitOf(ctx);
      if (visit) settler.settle(ctx, visit);
    },
  });

  return {
    ...middleware,
    async invalidate(target) {
      const mark = targetOf(target);
      parts.flights.detach((flight) => !('path' in mark) || flight.path === mark.path);
      await shelf.remove(mark);
    },
    tag(ctx, ...tags) {
      addTags(visitOf(ctx)?.tags, tags);
    },
    warm: (app, given) => warm(app, given),
    stats: () => parts.stats.read(),
  };
}
