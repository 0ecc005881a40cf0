import { pipeline, Readable, type Transform } from 'node:stream';
import zlib from 'node:zlib';

import { BadRequestError, HttpError, UnsupportedMediaTypeError } from '@blaizejs/errors';
import type { Exchange } from '@blaizejs/types/internal';

type Decoder = Transform & zlib.Zlib;

/** What undoes a content coding (RFC 9110 section 8.4.1). */
const DECODERS = /* @__PURE__ */ decoders();

function decoders(): ReadonlyMap<string, () => Decoder> {
  // Node has it from 22.15 and 23.8 on.
  const { createZstdDecompress } = zlib as { readonly createZstdDecompress?: () => Decoder };
  return new Map<string, () => Decoder>([
    ['gzip', () => zlib.createGunzip()],
    ['deflate', () => zlib.createInflate()],
    ['br', () => zlib.createBrotliDecompress()],
    ...(createZstdDecompress ? ([['zstd', () => createZstdDecompress()]] as const) : []),
  ]);
}

// What Apache's DeflateInflateRatioLimit allows. Texts reach 20; only what was made for it, or is all the same, reaches 200.
const MAX_RATIO = 200;
const FREE_BYTES = 65_536;

/**
 * The coding of a body that has to be undone; undefined if there is none.
 *
 * @param isAllowed whether the route undoes codings
 * @throws UnsupportedMediaTypeError for a coding that is not supported; `Accept-Encoding` lists those that are (RFC 9110
 *   section 12.5.3)
 */
export function codingOf({ headers }: Exchange, isAllowed: boolean): string | undefined {
  const given = headers['content-encoding'];
  if (given === undefined) return undefined;
  const codings = String(given)
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0) return undefined;
  const [first = ''] = codings;
  const known = [...DECODERS.keys()];
  const coding = first === 'x-gzip' ? 'gzip' : first;
  if (isAllowed && codings.length === 1 && DECODERS.has(coding)) return coding;
  const advice = isAllowed
    ? `send one of ${known.join(', ')}, or the body unencoded`
    : 'send the body unencoded';
  throw new UnsupportedMediaTypeError(
    `Content-Encoding ${String(given).slice(0, 40)} is not supported; ${advice}.`,
    {
      headers: { 'accept-encoding': isAllowed ? [...known, 'identity'].join(', ') : 'identity' },
    },
  );
}

/**
 * Undoes the coding of a body. The result fails with a 400 if the data is corrupt or breaks off, and with a 413 once it is
 * more than 64 KiB and 200 times what was sent: a decompression bomb.
 */
export function decodeBody(body: Readable, coding: string): Readable {
  const decoder = DECODERS.get(coding)?.();
  if (!decoder) throw new TypeError(`There is no decoder for ${coding}.`);
  pipeline(body, decoder, () => undefined);
  const decoded = Readable.from(chunksOf(body, decoder, coding), { objectMode: false });
  // The generator would wait for the next chunk before it ends, and that may never come.
  decoded.once('close', () => decoder.destroy());
  // A client that leaves must not end the process if the reader has no `error` listener.
  return decoded.on('error', () => undefined);
}

async function* chunksOf(body: Readable, decoder: Decoder, coding: string): AsyncGenerator<Buffer> {
  let size = 0;
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > FREE_BYTES && size > MAX_RATIO * decoder.bytesWritten) throw bomb();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof HttpError) throw error;
    if (body.errored) throw body.errored;
    throw new BadRequestError(`The body is not valid ${coding} data, or breaks off.`);
  }
}

function bomb(): HttpError {
  return new HttpError(413, `The body decodes to more than ${MAX_RATIO} times its size.`, {
    details: { ratio: MAX_RATIO },
    limit: 'bodyLimit',
  });
}
