import { logError, type RequestContext } from '@blaizejs/context/internal';

import { keyOf, normalisePath } from './cache-key.ts';
import type { Parts } from './engine.ts';
import type { Mark } from './shelf.ts';
import { assertTag } from './tags.ts';

/** What to remove: the answers with a tag, or those of a path: `{ path: '/products/7' }`. */
export type PurgeTarget = { readonly tag: string } | { readonly path: string };

/** @throws TypeError if it is neither a tag nor a path */
export function targetOf(target: PurgeTarget): Exclude<Mark, { readonly url: string }> {
  const { tag, path, ...rest } = target as Partial<Record<'tag' | 'path', unknown>>;
  if ((tag === undefined) === (path === undefined) || Object.keys(rest).length > 0) {
    throw new TypeError('Say what to remove: { tag: "product:7" } or { path: "/products/7" }.');
  }
  if (tag !== undefined) {
    assertTag(tag);
    return { tag };
  }
  if (typeof path !== 'string' || !path.startsWith('/') || /[?#]/.test(path)) {
    throw new TypeError(`A path begins with a slash and has no query, unlike ${JSON.stringify(path)}.`);
  }
  return {
    path: normalisePath(path.replaceAll(/[^\x21-\x7e]+/g, (part) => encodeURIComponent(part.toWellFormed()))),
  };
}

/**
 * What an unsafe method has changed is removed: its own URL, and those of `Location` and `Content-Location` on the same host (RFC 9111
 * section 4.4). The answer waits for that, but not for a store that hangs.
 */
export async function invalidateAfter(ctx: RequestContext, parts: Parts): Promise<void> {
  const { statusCode } = ctx.response;
  if (statusCode < 200 || statusCode >= 400) return;
  const removing = Promise.all(urlsOf(ctx, parts).map((url) => removeUrl(url, parts))).catch(
    (error: unknown) => {
      logError(() => ctx.log, 'warn', error, 'Stored answers could not be removed after a change');
    },
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, parts.settings.storeTimeout);
  });
  await Promise.race([removing, late]);
  clearTimeout(timer);
  ctx.waitUntil(removing);
}

function removeUrl(url: string, { flights, shelf }: Parts): Promise<void> {
  flights.detach((flight) => flight.url === url);
  return shelf.remove({ url });
}

function urlsOf(ctx: RequestContext, { settings }: Parts): string[] {
  const { request, response } = ctx;
  const urls = new Set([keyOf(ctx, settings).url]);
  for (const name of ['location', 'content-location']) {
    const value = response.get(name);
    if (value === undefined || !URL.canParse(value, request.url.href)) continue;
    const url = new URL(value, request.url);
    if (url.origin !== request.url.origin) continue;
    urls.add(keyOf(ctx, settings, url.pathname + url.search).url);
  }
  return [...urls];
}
