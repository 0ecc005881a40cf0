import type { Context, Middleware } from '@blaizejs/types';

import {
  type ResponseCacheStats,
  type ResponseCache,
  responseCache,
  type WarmResult,
} from './response-cache.ts';

declare const ctx: Context;

const cache: ResponseCache = responseCache({
  ttl: { sliding: 1_000, max: 10_000 },
  key: ({ request }) => request.header('x-tenant') ?? '',
  tags: ({ request }) => [request.path],
  cacheStatus: false,
});
export const middleware: Middleware = cache;
export const stats: ResponseCacheStats = cache.stats();
export const removed: Promise<void> = cache.invalidate({ tag: 'products' });
export const warmed: Promise<WarmResult> = cache.warm(
  { fetch: () => Promise.resolve(new Response()) },
  { origin: 'https://shop.example', paths: ['/'] },
);
cache.tag(ctx, 'a', 'b');

// @ts-expect-error -- an unknown option
responseCache({ tll: 1 });
// @ts-expect-error -- milliseconds, not a text
responseCache({ ttl: '1m' });
// @ts-expect-error -- a sliding lifetime has an end
responseCache({ ttl: { sliding: 1 } });
// @ts-expect-error -- a tag or a path
void cache.invalidate('/products');
