import { PayloadTooLargeError } from '@blaizejs/errors';
import type { BodyReader, BodySource } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { parseMediaType } from './media-type.ts';

/** What a reader needs from its request. */
interface Source extends Pick<BodySource, 'headers' | 'limit' | 'signal'> {
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
 * @throws PayloadTooLargeError above the limit
 */
export function readWith(reader: BodyReader, { open, headers, limit, signal }: Source): unknown {
  return reader({ stream: limited(open(), limit), headers, limit, signal });
}

/** Checks the announced length of a body. @throws PayloadTooLargeError if it is above the limit */
export function assertLength({ headers }: Exchange, limit: number): void {
  const { 'content-length': announced } = headers;
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
