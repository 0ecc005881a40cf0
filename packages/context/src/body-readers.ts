import { UnsupportedMediaTypeError, PayloadTooLargeError } from '@blaizejs/errors';
import type { BodyReader, BodySource } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { parseMediaType } from './media-type.ts';

/** What a reader needs from its request. */
interface Source extends Pick<BodySource, 'headers' | 'limit' | 'signal'> {
  readonly exchange: Exchange;
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** The reader for a type, if there is one. */
export function readerOf(
  readers: ReadonlyMap<string, BodyReader>,
  contentType: string | undefined,
): BodyReader | undefined {
  return contentType === undefined ? undefined : readers.get(parseMediaType(contentType).essence);
}

/**
 * Lets a reader read a body. The connection discards what it does not read.
 *
 * @throws PayloadTooLargeError above the limit, at once if the announced length is above it; UnsupportedMediaTypeError if
 *   the body is encoded (gzip and the like)
 */
export function readWith(reader: BodyReader, { exchange, open, headers, limit, signal }: Source): unknown {
  assertReadable(exchange, limit);
  return reader({ stream: limited(open(), limit), headers, limit, signal });
}

/** Checks the head of a request. @throws as {@link readWith} does */
export function assertReadable({ headers }: Exchange, limit: number): void {
  const { 'content-length': announced, 'content-encoding': encoding } = headers;
  if (encoding !== undefined && String(encoding).toLowerCase() !== 'identity') {
    const message = `Content-Encoding ${String(encoding)} is not supported; send the body unencoded.`;
    throw new UnsupportedMediaTypeError(message, { headers: { 'accept-encoding': 'identity' } });
  }
  if (announced !== undefined && Number(announced) > limit) throw new PayloadTooLargeError(limit);
}

async function* limited(stream: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) throw new PayloadTooLargeError(limit);
    yield chunk;
  }
}
