import { Readable } from 'node:stream';

import { addVary } from '@blaizejs/context/internal';
import { HttpError } from '@blaizejs/errors';
import { checkBuiltIn } from '@blaizejs/errors/internal';
import type { ContextResponse, HookContext, Middleware } from '@blaizejs/types';

import { answerProblem } from './answer-problem.ts';
import { findAccepted } from './compress/accepted.ts';
import { type Coder, createCoder } from './compress/coders.ts';
import { encodeStream, encodeWhole } from './compress/encode-stream.ts';
import { factsOf } from './compress/media-types.ts';
import { Memo } from './compress/memo.ts';
import { type CompressOptions, compressOptions } from './compress/options.ts';
import { createMiddleware } from './create-middleware.ts';

export type { Coding } from './compress/coders.ts';
export { isCompressible } from './compress/media-types.ts';
export type { CompressOptions } from './compress/options.ts';

const NO_TRANSFORM = /(?:^|[\s,])no-transform(?:$|[\s,;=])/i;

// They were made of the bytes that the handler gave (RFC 9530).
const DIGESTS = ['content-digest', 'repr-digest', 'digest', 'content-md5'];

/**
 * Compresses answers with Brotli, Zstandard, gzip or deflate, whichever the client accepts and likes best. Streams are compressed as
 * they come: an event of an event stream is sent at once.
 *
 * ```ts
 * createServer({ middleware: [compress()] });
 * ```
 *
 * These stay as they are: small answers, types that are compressed already, answers with a `Content-Encoding`, a digest, or
 * `Cache-Control: no-transform`, and parts of an answer (206). A strong `ETag` becomes a weak one, because the bytes differ (RFC 9110
 * section 8.8.3.3). `Vary: Accept-Encoding` is on each answer that another client would get compressed.
 *
 * A secret in an answer that also contains text of an attacker's choice can be guessed from the size (BREACH). Exclude such
 * routes by `skip` or `no-transform`.
 *
 * A GET whose client refuses all codings and the uncompressed answer too is a 406.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function compress(options: CompressOptions = {}): Middleware {
  const { codings, threshold, types, levels, maxStreams } = checkBuiltIn(
    'compress',
    compressOptions,
    options,
  );
  const coders = codings.flatMap((coding) => createCoder(coding, levels[coding]) ?? []);
  const accepted = new Memo((acceptEncoding) => findAccepted(acceptEncoding, coders));
  const facts = new Memo((contentType) => factsOf(contentType, types));
  let streams = 0;
  const sendStream = (response: ContextResponse, encoder: Readable): void => {
    streams += 1;
    encoder.once('close', () => (streams -= 1));
    response.send(encoder);
  };

  return createMiddleware({
    name: 'compress',
    onSend: (ctx) => {
      const { request, response } = ctx;
      if (response.statusCode === 304) {
        keepUnmodified(ctx);
        return;
      }
      const { isCompressible, isLive } = facts.get(response.get('content-type') ?? '');
      const length = response.get('content-length');
      const isWorthIt = isCompressible && !(Number(length) < threshold);
      const { coder, identity } = accepted.get(request.header('accept-encoding') ?? '');
      // A client that refuses the answer as it is gets any answer compressed.
      if ((!isWorthIt && identity) || mustStay(response)) return;
      const payload = response.payload();
      const isHead = request.method === 'HEAD';
      if (payload === null && !(isHead && length !== undefined)) return;

      addVary(response, 'accept-encoding');
      // A range of the compressed bytes would have others.
      if (response.statusCode === 206 || response.get('content-range') !== undefined) return;
      if (!coder) {
        if (!identity) refuse(ctx, coders);
        return;
      }
      const isWhole = typeof payload === 'string' || payload instanceof Uint8Array;
      if (isWhole && sizeOf(response, payload) <= coder.inlineLimit) {
        sendWhole(response, payload, coder, identity);
        return;
      }
      if (streams >= maxStreams && identity) return;
      mark(response, coder);
      // Its length is not known before it was sent, so HEAD has none either.
      if (isHead) {
        if (isWhole) response.send(Readable.from([]));
        else response.header('content-length', undefined);
      } else if (isWhole) sendStream(response, encodeWhole(payload, coder));
      else if (payload) sendStream(response, encodeStream(payload, coder, isLive));
    },
  });
}

/** Whether something says that the answer has to stay as it is. */
function mustStay(response: ContextResponse): boolean {
  const { statusCode } = response;
  if (statusCode === 204 || statusCode === 205) return true;
  const cacheControl = response.get('cache-control');
  if (cacheControl !== undefined && NO_TRANSFORM.test(cacheControl)) return true;
  const coding = response.get('content-encoding');
  if (coding !== undefined && coding.trim().toLowerCase() !== 'identity') return true;
  return DIGESTS.some((name) => response.get(name) !== undefined);
}

function sizeOf(response: ContextResponse, payload: string | Uint8Array): number {
  return typeof payload === 'string' ? Number(response.get('content-length')) : payload.byteLength;
}

/** Encodes an answer at once, unless that would make it larger. */
function sendWhole(
  response: ContextResponse,
  payload: string | Uint8Array,
  coder: Coder,
  identity: boolean,
): void {
  const encoded = coder.encode(payload);
  if (encoded.byteLength >= sizeOf(response, payload) && identity) return;
  mark(response, coder);
  response.send(encoded);
}

/** Says that the answer is encoded. */
function mark(response: ContextResponse, { coding }: Coder): void {
  response.header('content-encoding', coding);
  weaken(response);
  // A range would be one of the other bytes.
  response.header('accept-ranges', undefined);
}

function weaken(response: ContextResponse): void {
  const etag = response.get('etag');
  if (etag?.startsWith('"')) response.header('etag', `W/${etag}`);
}

/**
 * A 304 has no type, so it may be about an answer that is compressed. Its `ETag` has to be the one that the client has, or caches
 * would not find what it updates (RFC 9111 section 4.3.4).
 */
function keepUnmodified({ request, response }: HookContext): void {
  addVary(response, 'accept-encoding');
  const etag = response.get('etag');
  if (etag !== undefined && request.header('if-none-match')?.includes(`W/${etag}`)) weaken(response);
}

/**
 * The client takes neither a coding that there is nor an answer without one (RFC 9110 section 15.5.7). Requests that have changed
 * something are answered nevertheless, and so are errors.
 */
function refuse(ctx: HookContext, coders: readonly Coder[]): void {
  const { request, response } = ctx;
  const isSafe = request.method === 'GET' || request.method === 'HEAD';
  if (!isSafe || response.statusCode >= 300) return;
  const available = [...coders.map(({ coding }) => coding), 'identity'];
  const message = `Accept-Encoding refuses all of ${available.join(', ')}.`;
  answerProblem(ctx, new HttpError(406, message, { details: { available } }));
}
