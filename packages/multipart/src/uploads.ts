import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { safeFileName } from './file-name.ts';
import type { TempFolder } from './temp-folder.ts';

interface Origin {
  readonly originalName: string;
  /** Where it is on disk; undefined for one in memory, and for one that was moved. */
  path: string | undefined;
}

const origins = new WeakMap<Blob, Origin>();

/** What is known about the file of a form; undefined for any other file. */
export function originOf(file: Blob): Origin | undefined {
  return origins.get(file);
}

/**
 * The name of an uploaded file as the client sent it, which `file.name` is made from. It may contain anything, such as
 * `../../etc/passwd`: show it, but don't use it in a path.
 */
export function originalName(file: File): string {
  return origins.get(file)?.originalName ?? file.name;
}

/** A file that is being written. */
export interface Target {
  readonly path: string;
  readonly handle: FileHandle;
}

/** The files of one request that are on disk. They are removed once its form has been read and the request is over. */
export class Uploads {
  readonly #folder: TempFolder;
  readonly #onFinish: (listener: () => Promise<void>) => void;
  readonly #files = new Map<string, FileHandle | undefined>();
  #complete = false;
  #over = false;

  /** @param onFinish calls its listener when the request is over; not called without files */
  constructor(folder: TempFolder, onFinish: (listener: () => Promise<void>) => void) {
    this.#folder = folder;
    this.#onFinish = onFinish;
  }

  /** Makes a temporary file. */
  async create(): Promise<Target> {
    if (this.#files.size === 0) {
      this.#onFinish(async () => {
        this.#over = true;
        if (this.#complete) await this.remove();
      });
    }
    const path = join(await this.#folder.acquire(), randomUUID());
    this.#files.set(path, undefined);
    const handle = await open(path, 'wx', 0o600);
    this.#files.set(path, handle);
    return { path, handle };
  }

  /** Closes a file that is written, and returns it as a `File` that reads from disk. */
  async finish({ path, handle }: Target, original: string, type: string): Promise<File> {
    await handle.close();
    this.#files.set(path, undefined);
    // A file made from a blob reads the blob only when it is read itself.
    return withOrigin(toFile([await openAsBlob(path)], original, type), { originalName: original, path });
  }

  /** The form has been read. */
  async complete(): Promise<void> {
    this.#complete = true;
    if (this.#over) await this.remove();
  }

  /** Removes the files that still exist. */
  async remove(): Promise<void> {
    const files = [...this.#files];
    this.#files.clear();
    for (const [path, handle] of files) {
      await handle?.close().catch(() => undefined);
      await rm(path, { force: true }).catch(() => undefined);
      await this.#folder.release();
    }
  }
}

/** A file in memory. */
export function memoryFile(bytes: Buffer<ArrayBuffer>, original: string, type: string): File {
  return withOrigin(toFile([bytes], original, type), { originalName: original, path: undefined });
}

function toFile(parts: (Blob | Buffer<ArrayBuffer>)[], original: string, type: string): File {
  return new File(parts, safeFileName(original), { type });
}

function withOrigin(file: File, origin: Origin): File {
  origins.set(file, origin);
  return file;
}
