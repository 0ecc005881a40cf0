import type { Context } from '@blaizejs/types';

/** Content to serve, with a tag for its version. */
export interface Served {
  readonly type: string;
  readonly content: string | Uint8Array;
  /** A strong entity tag, in quotes; undefined if no cache may keep the content. */
  readonly etag?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A handler that serves something, or says that the client's copy of it is current (RFC 9110 section 13.1.2). */
export function serve(
  read: (ctx: Context) => Served | Promise<Served>,
): (ctx: Context) => Promise<Context['response']> {
  return async (ctx) => {
    const { type, content, etag, headers } = await read(ctx);
    const { request, response } = ctx;
    response.headers({
      'x-content-type-options': 'nosniff',
      'cache-control': etag === undefined ? 'no-store' : 'no-cache',
      ...(etag !== undefined && { etag }),
      ...headers,
    });
    if (etag !== undefined && isCurrent(request.header('if-none-match'), etag)) return response.status(304);
    return response.type(type).send(content);
  };
}

/** The strong entity tag of some content. */
export async function etagOf(content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return `"${btoa(String.fromCharCode(...digest.subarray(0, 18)))}"`;
}

function isCurrent(given: string | undefined, etag: string): boolean {
  if (given === undefined) return false;
  return given.trim() === '*' || given.split(',').some((each) => each.trim().replace(/^W\//, '') === etag);
}
