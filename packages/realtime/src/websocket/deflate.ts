import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRaw } from 'node:zlib';

const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);
const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

// More at a time would not be faster, since zlib has four threads, but each takes memory.
const AT_A_TIME = 8;
const waiting: (() => void)[] = [];
let running = 0;

/** A message is larger than it may be once it is inflated. */
export class InflatedTooLargeError extends Error {}

/** Compresses the payload of a message (RFC 7692 section 7.2.1), so that it can go to any connection. */
export async function compress(payload: Uint8Array): Promise<Buffer> {
  await begin();
  try {
    const bytes = await deflate(payload, { finishFlush: constants.Z_SYNC_FLUSH });
    return bytes.subarray(0, bytes.length - TAIL.length);
  } finally {
    end();
  }
}

/**
 * What {@link Receiver} inflates the messages of one connection with. Neither side keeps a window from one message to the next,
 * so an idle connection keeps nothing.
 */
export class Inflater {
  readonly #maxSize: number;
  #fragments: Buffer[] = [];

  /** @param maxSize bytes of an inflated message */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** Called by the receiver for each frame. The compressed size of a message is limited there. */
  decompress(data: Buffer, isLast: boolean, done: (error: Error | null, inflated?: Buffer) => void): void {
    this.#fragments.push(data);
    // The receiver expects to be called back later.
    if (!isLast) {
      process.nextTick(done, null, Buffer.alloc(0));
      return;
    }
    const whole = Buffer.concat([...this.#fragments, TAIL]);
    this.#fragments = [];
    this.#inflate(whole).then(
      (inflated) => done(null, inflated),
      (error: unknown) => {
        const { code, message } = error as NodeJS.ErrnoException;
        done(code === 'ERR_BUFFER_TOO_LARGE' ? new InflatedTooLargeError(message) : (error as Error));
      },
    );
  }

  async #inflate(data: Buffer): Promise<Buffer> {
    await begin();
    try {
      return await inflate(data, {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: this.#maxSize,
        chunkSize: Math.min(Math.max(1024, data.length * 4), 16_384),
      });
    } finally {
      end();
    }
  }
}

async function begin(): Promise<void> {
  if (running < AT_A_TIME) running += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
}

/** The place goes to the next one that waits. */
function end(): void {
  const next = waiting.shift();
  if (next) next();
  else running -= 1;
}
