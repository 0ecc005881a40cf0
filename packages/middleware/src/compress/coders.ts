import type { Transform } from 'node:stream';
import zlib from 'node:zlib';

/** A content coding (RFC 9110 section 8.4.1; `zstd`: RFC 9659). */
export type Coding = 'br' | 'zstd' | 'gzip' | 'deflate';

/** A stream that encodes what is written to it. */
export type Encoder = Transform & zlib.Zlib;

/** One content coding, at one level. */
export interface Coder {
  readonly coding: Coding;
  /** Encodes a whole answer at once. */
  encode(payload: string | Uint8Array): Buffer;
  /** @param flushEach whether everything that is written comes out at once, in exchange for some of the ratio */
  createEncoder(flushEach: boolean): Encoder;
  /** Writes out what an encoder has kept. `done` is called when it is written, or the encoder is closed. */
  flush(encoder: Encoder, done: () => void): void;
  /** Bytes of a whole answer up to which encoding it at once costs less than handing it to another thread. */
  readonly inlineLimit: number;
}

/** The levels of each coding, from fast to small. */
export const LEVELS: Readonly<
  Record<Coding, { readonly min: number; readonly max: number; readonly default: number }>
> = {
  br: { min: 0, max: 11, default: 4 },
  zstd: { min: 1, max: 19, default: 3 },
  gzip: { min: 1, max: 9, default: 6 },
  deflate: { min: 1, max: 9, default: 6 },
};

// Measured with JSON over HTTP/2 on Node 24: up to these sizes, encoding takes 0.1 to 0.3 ms, and costs the event loop no more than
// handing it to another thread does: a stream, its events, and two wake-ups. With a thread, 1 KB of JSON takes twice the CPU time.
const INLINE_LIMITS: Readonly<Record<Coding, number>> = {
  br: 32_768,
  zstd: 131_072,
  gzip: 32_768,
  deflate: 32_768,
};
// Above these, they take many times as long.
const FAST: Readonly<Record<Coding, number>> = { br: 5, zstd: 6, gzip: 7, deflate: 7 };

// 256 KiB: of 2 MB of JavaScript, 4 MiB would save another 3 %, but each stream would hold on to that much.
const BROTLI_WINDOW = 18;
const ZSTD_WINDOW = 18;

interface ZstdOptions {
  readonly params?: Readonly<Record<number, number>>;
  readonly flush?: number;
}

// Node has it from 22.15 and 23.8 on.
const { zstdCompressSync, createZstdCompress } = zlib as {
  readonly zstdCompressSync?: (payload: string | Uint8Array, options: ZstdOptions) => Buffer;
  readonly createZstdCompress?: (options: ZstdOptions) => Encoder;
};
const { constants } = zlib;
const ZSTD = constants as unknown as Readonly<
  Record<'ZSTD_c_compressionLevel' | 'ZSTD_c_windowLog' | 'ZSTD_e_flush' | 'ZSTD_e_continue', number>
>;

const MAKERS: Readonly<
  Record<Coding, ((level: number) => Omit<Coder, 'coding' | 'inlineLimit'>) | undefined>
> = {
  br: (level) => {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: level,
      [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW,
    };
    const { BROTLI_OPERATION_FLUSH: flushing, BROTLI_OPERATION_PROCESS: going } = constants;
    return {
      encode: (payload) => zlib.brotliCompressSync(payload, { params }),
      createEncoder: (flushEach) =>
        zlib.createBrotliCompress({ params, flush: flushEach ? flushing : going }),
      flush: (encoder, done) => encoder.flush(flushing, done),
    };
  },
  zstd:
    zstdCompressSync && createZstdCompress
      ? (level) => {
          const { ZSTD_c_compressionLevel, ZSTD_c_windowLog, ZSTD_e_flush, ZSTD_e_continue } = ZSTD;
          const params = { [ZSTD_c_compressionLevel]: level, [ZSTD_c_windowLog]: ZSTD_WINDOW };
          return {
            encode: (payload) => zstdCompressSync(payload, { params }),
            createEncoder: (flushEach) =>
              createZstdCompress({ params, flush: flushEach ? ZSTD_e_flush : ZSTD_e_continue }),
            flush: (encoder, done) => encoder.flush(ZSTD_e_flush, done),
          };
        }
      : undefined,
  gzip: (level) => zlibCoder(level, zlib.gzipSync, zlib.createGzip),
  // What HTTP calls deflate is the zlib format (RFC 9110 section 8.4.1.2).
  deflate: (level) => zlibCoder(level, zlib.deflateSync, zlib.createDeflate),
};

function zlibCoder(
  level: number,
  encode: typeof zlib.gzipSync,
  create: (options: zlib.ZlibOptions) => Encoder,
): Omit<Coder, 'coding' | 'inlineLimit'> {
  const { Z_SYNC_FLUSH, Z_NO_FLUSH } = constants;
  return {
    encode: (payload) => encode(payload, { level }),
    createEncoder: (flushEach) => create({ level, flush: flushEach ? Z_SYNC_FLUSH : Z_NO_FLUSH }),
    flush: (encoder, done) => encoder.flush(Z_SYNC_FLUSH, done),
  };
}

/** Whether this Node has a coding. */
export function hasCoding(coding: string): boolean {
  return Object.hasOwn(MAKERS, coding) && MAKERS[coding as Coding] !== undefined;
}

/** The coder of a coding; undefined if this Node lacks it. */
export function createCoder(coding: Coding, level: number): Coder | undefined {
  const made = MAKERS[coding]?.(level);
  return made && { ...made, coding, inlineLimit: level > FAST[coding] ? 0 : INLINE_LIMITS[coding] };
}
