import type { Readable } from 'node:stream';

import { HttpError, PayloadTooLargeError } from '@blaizejs/errors';
import type { Exchange } from '@blaizejs/types/internal';

import { assertLength } from './body-limit.ts';
import { codingOf } from './content-coding.ts';

/** The rest of a body will not arrive, because the client left or broke the framing. It can't be answered. */
export class RequestAbortedError extends HttpError {
  constructor(cause?: unknown, message = 'The client left before its body was complete.') {
    super(400, message, { code: 'ERR_BLAIZE_REQUEST_ABORTED', cause });
  }

  /** From the error that broke off a body. */
  static from(error: unknown): RequestAbortedError {
    return error instanceof RequestAbortedError ? error : new RequestAbortedError(error);
  }
}

/**
 * Reads the whole body of a request.
 *
 * It listens to `data` instead of iterating, and ends when the announced number of bytes has arrived instead of at `end`:
 * both are measurably faster than Node's helpers.
 *
 * @throws PayloadTooLargeError above `limit` bytes, at once if the announced length is above it
 * @throws UnsupportedMediaTypeError if the body is encoded (gzip and the like)
 * @throws RequestAbortedError if the client leaves first
 */
export function readBody(exchange: Exchange, limit: number): Promise<Buffer> {
  if (!exchange.hasBody) return Promise.resolve(Buffer.alloc(0));
  const { 'content-length': announced } = exchange.headers;
  const expected = announced === undefined ? Infinity : Number(announced);

  return new Promise<Buffer>((resolve, reject) => {
    // Its errors reject the promise.
    codingOf(exchange, false);
    assertLength(exchange, limit);
    const body = exchange.body();
    // Most bodies arrive in one chunk, which needs no array. V8 may allocate such arrays in the old generation for the rest
    // of the process, and each would then keep its chunk from being collected young.
    let first: Buffer | undefined;
    let more: Buffer[] | undefined;
    let size = 0;
    let settled = false;

    // The listeners are not removed: that costs more than ignoring late events, and a late error without a listener would
    // end the process.
    const onEnd = (): void => {
      if (settled) return;
      // Over HTTP/2, a stream that was reset or lost its connection emits `end` as if it were complete.
      if (exchange.aborted || (expected !== Infinity && size < expected)) return onBroken();
      settled = true;
      exchange.bodyComplete = true;
      if (first && !more) resolve(first);
      else resolve(Buffer.concat(more ?? [], size));
      first = more = undefined;
    };
    const onBroken = (error?: unknown): void => {
      if (settled) return;
      settled = true;
      first = more = undefined;
      reject(RequestAbortedError.from(error));
    };
    const onData = (chunk: Buffer): void => {
      if (settled) return;
      size += chunk.length;
      if (!(size <= limit)) {
        settled = true;
        first = more = undefined;
        body.pause();
        reject(new PayloadTooLargeError(limit));
        return;
      }
      if (!first) first = chunk;
      else if (more) more.push(chunk);
      else more = [first, chunk];
      if (size === expected) onEnd();
    };

    // Over HTTP/2, an empty body that ends with a frame of its own may already have ended.
    if (body.readableEnded) return onEnd();
    if (body.destroyed) return onBroken(body.errored);
    body.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  });
}

/** Reads a whole stream. @throws PayloadTooLargeError above `limit` bytes */
export async function readStream(stream: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new PayloadTooLargeError(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
