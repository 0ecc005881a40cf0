import zlib from 'node:zlib';

type Decode = (bytes: Uint8Array) => Buffer;

const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: Decode };

/** Whether this Node has Zstandard: from 22.15 on. */
export const HAS_ZSTD = zstdDecompressSync !== undefined;

/** The codings that this Node has. */
export const CODINGS = ['br', ...(HAS_ZSTD ? ['zstd'] : []), 'gzip', 'deflate'];

const DECODERS: Readonly<Record<string, Decode | undefined>> = {
  br: zlib.brotliDecompressSync,
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
  zstd: zstdDecompressSync,
};

/** The text of an answer, without its coding. */
export async function decoded(response: Response): Promise<string> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const coding = response.headers.get('content-encoding');
  if (coding === null) return Buffer.from(bytes).toString();
  const decode = DECODERS[coding];
  if (!decode) throw new Error(`There is no decoder for ${coding}.`);
  return decode(bytes).toString();
}

type Decoder = NodeJS.ReadWriteStream;

const STREAMS: Readonly<Record<string, (() => Decoder) | undefined>> = {
  br: zlib.createBrotliDecompress,
  gzip: zlib.createGunzip,
  deflate: zlib.createInflate,
  zstd: (zlib as { readonly createZstdDecompress?: () => Decoder }).createZstdDecompress,
};

/** Decodes an answer as it arrives. */
export async function* decodedParts(response: Response): AsyncGenerator<string> {
  const decoder = STREAMS[response.headers.get('content-encoding') ?? '']?.();
  if (!decoder || !response.body) throw new Error('The answer has no coding, or no body.');
  const reading = (async () => {
    for await (const chunk of response.body ?? []) decoder.write(chunk);
    decoder.end();
  })();
  reading.catch((error: unknown) => decoder.emit('error', error));
  for await (const part of decoder) yield String(part);
}
