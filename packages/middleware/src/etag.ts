import { hash } from 'node:crypto';

import { evaluatePreconditions } from '@blaizejs/context/internal';
import { HttpError } from '@blaizejs/errors';
import { checkBuiltIn } from '@blaizejs/errors/internal';
import type { ContextRequest, ContextResponse, HeaderFields, HookContext, Middleware } from '@blaizejs/types';

import { answerProblem, CONTENT_HEADERS } from './answer-problem.ts';
import { createMiddleware } from './create-middleware.ts';
import { type EtagOptions, etagOptions } from './etag/options.ts';

export type { EtagOptions } from './etag/options.ts';

const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'] as const;

const NO_STORE = /(?:^|[\s,])no-store(?:$|[\s,;])/i;

// 132 bits, in base64url.
const TAG_LENGTH = 22;

/**
 * Gives answers an `ETag`, which is made of their bytes, and answers 304 if the client has the current one. It spares the way to the
 * client, not the work of the handler.
 *
 * ```ts
 * createServer({ middleware: [compress(), etag()] });
 * ```
 *
 * Only 200s to GET and HEAD get one, and only whole ones: no streams, and nothing above `maxSize`. An `ETag` or
 * `Last-Modified` that a handler sets stays, and is compared as well, also for streams. Conditions are evaluated in the order of RFC 9110 section
 * 13.2.2; if `If-Match` or `If-Unmodified-Since` fails, the answer is a 412.
 *
 * Put it after `compress()`: its hook then runs first, so the tag is that of the answer before compression, and a 304 is not
 * compressed in vain. The other way round, each coding has a strong tag of its own.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function etag(options: EtagOptions = {}): Middleware {
  const { weak, maxSize } = checkBuiltIn('etag', etagOptions, options);
  return createMiddleware({
    name: 'etag',
    onSend: (ctx) => {
      const { request, response } = ctx;
      const { method } = request;
      if ((method !== 'GET' && method !== 'HEAD') || response.statusCode !== 200) return;
      let tag = response.get('etag');
      if (tag === undefined) {
        const payload = taggable(response, maxSize);
        if (payload !== undefined) response.header('etag', (tag = tagOf(payload, weak)));
      }
      const lastModified = response.get('last-modified');
      if (tag === undefined && lastModified === undefined) return;
      const conditions = conditionsOf(request);
      if (!conditions) return;
      const decision = evaluatePreconditions(conditions, { method, etag: tag, lastModified });
      if (decision === 304) answerUnmodified(response);
      else if (decision === 412) answerFailed(ctx);
    },
  });
}

/** The bytes to hash; undefined for a stream, nothing, too much, and what nobody may keep. */
function taggable(response: ContextResponse, maxSize: number): string | Uint8Array | undefined {
  if (Number(response.get('content-length')) > maxSize) return undefined;
  const cacheControl = response.get('cache-control');
  if (cacheControl !== undefined && NO_STORE.test(cacheControl)) return undefined;
  const payload = response.payload();
  return typeof payload === 'string' || payload instanceof Uint8Array ? payload : undefined;
}

function tagOf(payload: string | Uint8Array, weak: boolean): string {
  // At once: WebCrypto would make each answer wait for another turn.
  const tag = `"${hash('sha256', payload, 'base64url').slice(0, TAG_LENGTH)}"`;
  return weak ? `W/${tag}` : tag;
}

/** Undefined if the request has none. */
function conditionsOf(request: ContextRequest): HeaderFields | undefined {
  let conditions: HeaderFields | undefined;
  for (const name of CONDITIONS) {
    const value = request.header(name);
    if (value !== undefined) (conditions ??= {})[name] = value;
  }
  return conditions;
}

function answerUnmodified(response: ContextResponse): void {
  for (const name of CONTENT_HEADERS) response.header(name, undefined);
  // The tag says more, and says it more exactly.
  if (response.get('etag') !== undefined) response.header('last-modified', undefined);
  response.send(null);
  response.status(304);
}

function answerFailed(ctx: HookContext): void {
  const message = 'The representation is not, or no longer, the one that the request names.';
  answerProblem(ctx, new HttpError(412, message));
}
