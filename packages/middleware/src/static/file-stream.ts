import { Readable } from 'node:stream';

import { BlaizeError } from '@blaizejs/errors';

import { isUnchanged, type OpenFile } from './open-file.ts';
import type { ByteRange } from './range.ts';

// The content of many streams waits for one HTTP/2 connection, whose memory is limited.
const CHUNK = 65_536;

/**
 * Reads a part of an open file, and closes it at its end or when it is destroyed. Holds one chunk at a time.
 *
 * If the file is cut, grows or is written to in the meantime, the stream fails before its last chunk, so that an answer never
 * looks complete although its parts are of different versions.
 */
export class FileStream extends Readable {
  readonly #file: OpenFile;
  #position: number;
  readonly #end: number;

  constructor(file: OpenFile, { start, end }: ByteRange) {
    super({ highWaterMark: CHUNK });
    this.#file = file;
    this.#position = start;
    this.#end = end + 1;
  }

  override _read(): void {
    void this.#readChunk().catch((error: unknown) => this.destroy(error as Error));
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Waits for a read that is under way.
    this.#file.handle.close().then(
      () => callback(error),
      (failure: unknown) => callback(error ?? (failure as Error)),
    );
  }

  async #readChunk(): Promise<void> {
    const { handle, stats } = this.#file;
    const length = Math.min(CHUNK, this.#end - this.#position);
    if (length > 0) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, this.#position);
      if (this.destroyed) return;
      if (bytesRead === 0) throw changed();
      this.#position += bytesRead;
      const chunk = bytesRead === length ? buffer : buffer.subarray(0, bytesRead);
      if (this.#position < this.#end) {
        this.push(chunk);
        return;
      }
      const after = await handle.stat({ bigint: true });
      if (!isUnchanged(stats, after)) throw changed();
      this.push(chunk);
    }
    this.push(null);
  }
}

function changed(): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_FILE_CHANGED',
    'A file was changed while it was sent, so the answer was broken off. ' +
      'Write a new version to another name, and rename it when it is complete.',
  );
}
