import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';

import { ServiceUnavailableError } from '@blaizejs/errors';

import { isUnchanged, openFile, type OpenFile, type Root } from './open-file.ts';

/** What is sent of a file. */
export interface Content {
  readonly stats: BigIntStats;
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since 1970, never in the future. */
  readonly modified: number;
  /** The same as an HTTP-date. */
  readonly lastModified: string;
  /** The whole file, if it is small; otherwise `file` is open, and whoever asked for it closes it. */
  readonly bytes: Buffer | undefined;
  readonly file: OpenFile | undefined;
}

/** Up to this many bytes, a file is read as a whole. */
export const SMALL = 131_072;

const ATTEMPTS = 3;

/**
 * Opens a file, and reads it if it is small.
 *
 * @returns undefined if there is no such file, or it must not be served
 * @throws ServiceUnavailableError (503) if a small file is written to again and again
 */
export async function openContent(path: string, root?: Root): Promise<Content | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const file = await openFile(path, root);
    if (!file) return undefined;
    if (file.stats.size > SMALL) return toContent(file.stats, undefined, file);
    const bytes = await readWhole(file);
    if (bytes) return toContent(file.stats, bytes, undefined);
  }
  throw new ServiceUnavailableError('The file is being written. Try again in a second.', {
    headers: { 'retry-after': '1' },
  });
}

/** Closes a file that is not going to be sent. */
export async function closeContent(content: Content | undefined): Promise<void> {
  await content?.file?.handle.close();
}

/** @returns undefined if the file was changed in the meantime */
async function readWhole({ handle, stats }: OpenFile): Promise<Buffer | undefined> {
  try {
    const length = Number(stats.size);
    // Not from the shared pool: what is kept would keep its neighbours too.
    const bytes = Buffer.allocUnsafeSlow(length);
    let read = 0;
    while (read < length) {
      const { bytesRead } = await handle.read(bytes, read, length - read, read);
      if (bytesRead === 0) return undefined;
      read += bytesRead;
    }
    return isUnchanged(stats, await handle.stat({ bigint: true })) ? bytes : undefined;
  } finally {
    await handle.close();
  }
}

function toContent(stats: BigIntStats, bytes: Buffer | undefined, file: OpenFile | undefined): Content {
  // RFC 9110 section 8.8.2.1: not later than the date of the answer.
  const modified = Math.min(Number(stats.mtimeMs), Date.now());
  return {
    stats,
    size: Number(stats.size),
    etag: etagOf(stats),
    modified,
    lastModified: new Date(modified).toUTCString(),
    bytes,
    file,
  };
}

/** Hashed, since the number of an inode is nobody's business. Strong: it changes with any write. */
function etagOf({ size, mtimeNs, ino }: BigIntStats): string {
  const hash = createHash('sha256').update(`${size} ${mtimeNs} ${ino}`).digest('base64url');
  return `"${hash.slice(0, 22)}"`;
}
