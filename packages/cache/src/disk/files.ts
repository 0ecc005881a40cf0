import { createHash, randomBytes } from 'node:crypto';
import * as realFs from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';

import { Gate } from './gate.ts';

/** What is needed of `node:fs/promises`. Tests replace it. */
export type FileSystem = Pick<typeof realFs, 'mkdir' | 'open' | 'readdir' | 'rename' | 'unlink' | 'lstat'>;

// Windows lacks the last two, which then count as 0. A link would lead out of the folder, and a pipe would not be opened until somebody writes to it.
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Milliseconds after which a file counts as used again. */
const TOUCH_AFTER = 60_000;
/** Files that are open at the same time. */
const MAX_OPEN = 64;
/** The time of files that have no end; file systems know no later one that is worth having. */
const NO_END = Date.UTC(2100, 0);

/** Reads and writes the files of one folder. */
export class Files {
  readonly folder: string;
  readonly fs: FileSystem;
  readonly #gate = new Gate(MAX_OPEN);

  constructor(folder: string, fs: FileSystem = realFs) {
    this.folder = folder;
    this.fs = fs;
  }

  pathOf(name: string): string {
    return join(this.folder, name);
  }

  /** The content of a file; undefined if there is none, it is no file, or too large. */
  read(name: string, maxBytes: number, length = Infinity): Promise<Buffer | undefined> {
    return this.#gate.run(() => this.#read(name, maxBytes, length));
  }

  async #read(name: string, maxBytes: number, length: number): Promise<Buffer | undefined> {
    const path = this.pathOf(name);
    let handle: realFs.FileHandle;
    try {
      handle = await this.fs.open(path, READ);
    } catch (error) {
      // A link, or a socket.
      if (hasCode(error, 'ENOENT', 'ELOOP', 'EMLINK', 'ENXIO')) return undefined;
      throw error;
    }
    try {
      const stat = await handle.stat();
      const { size, atimeMs, mtime } = stat;
      if (!stat.isFile() || size > maxBytes) return undefined;
      const bytes = Buffer.allocUnsafeSlow(Math.min(size, length));
      let filled = 0;
      while (filled < bytes.byteLength) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.byteLength - filled, filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      const now = Date.now();
      if (length === Infinity && now - atimeMs > TOUCH_AFTER) {
        await handle.utimes(new Date(now), mtime).catch(() => undefined);
      }
      return bytes.subarray(0, filled);
    } finally {
      await handle.close();
    }
  }

  /**
   * Writes a file as a whole: nobody sees a part of it. Its time of change is when it ends, so that a sweep need not read it.
   */
  write(name: string, bytes: Uint8Array, until: number): Promise<void> {
    return this.#gate.run(() => this.#write(name, bytes, until));
  }

  async #write(name: string, bytes: Uint8Array, until: number): Promise<void> {
    const temporary = `${name}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const handle = await this.#create(this.pathOf(temporary));
      try {
        await handle.writeFile(bytes);
        await handle.utimes(new Date(), new Date(Math.min(until, NO_END)));
      } finally {
        await handle.close();
      }
      await this.fs.rename(this.pathOf(temporary), this.pathOf(name));
    } catch (error) {
      await this.remove(temporary).catch(() => undefined);
      throw error;
    }
  }

  async #create(path: string): Promise<realFs.FileHandle> {
    try {
      return await this.fs.open(path, CREATE, 0o600);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      // Somebody has deleted the whole folder to empty the cache.
      await this.fs.mkdir(this.folder, { recursive: true, mode: 0o700 });
      return this.fs.open(path, CREATE, 0o600);
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await this.fs.unlink(this.pathOf(name));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

/** The name of a file for any text. */
export function nameFor(text: string, end: '.entry' | '.tag'): string {
  return createHash('sha256').update(text).digest('hex') + end;
}

/** Bytes of disk that a file takes. */
export function diskSize(bytes: number): number {
  return Math.ceil(bytes / 4096) * 4096;
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as { code?: string } | null)?.code ?? '');
}
