import { randomUUID } from 'node:crypto';
import { link, lstat, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { errorCode } from './error-code.ts';

/** Milliseconds after which a lock's owner must have died: what it guards takes a fraction of a second. */
const STALE_AFTER = 10_000;
const POLL_EVERY = 20;

/**
 * Runs `work` while no other process (or call) runs work in the same directory. A lock that an owner left behind when
 * it died is removed when it is 10 seconds old.
 *
 * @throws whatever `work` throws, and the system's error where no lock can be written
 */
export async function withDirectoryLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const file = join(directory, 'lock');
  const token = randomUUID();
  while (!(await take(file, token))) {
    if (!(await removeStale(file))) await setTimeout(POLL_EVERY);
  }
  try {
    return await work();
  } finally {
    if ((await readIfThere(file)) === token) await rm(file, { force: true });
  }
}

async function take(file: string, token: string): Promise<boolean> {
  try {
    await writeFile(file, token, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(file: string): Promise<boolean> {
  const found = await lstat(file).catch(ignoreMissing);
  if (found === undefined) return true;
  // A time that lies ahead comes from a clock that was set back.
  if (Math.abs(Date.now() - found.mtimeMs) < STALE_AFTER) return false;
  // Another process may have removed it and taken a new one since: look at what was moved away before deleting it.
  const removed = `${file}.${randomUUID()}`;
  await rename(file, removed).catch(ignoreMissing);
  const moved = await lstat(removed).catch(ignoreMissing);
  if (moved?.mtimeMs !== found.mtimeMs) await link(removed, file).catch(() => undefined);
  await rm(removed, { force: true });
  return true;
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}
