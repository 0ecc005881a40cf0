import { lstat, rm, writeFile } from 'node:fs/promises';
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
 * @param work gets the path of the lock, a file with mode 0600
 * @throws whatever `work` throws, and the system's error if no lock can be written
 */
export async function withDirectoryLock<T>(
  directory: string,
  work: (lock: string) => Promise<T>,
): Promise<T> {
  const lock = join(directory, 'lock');
  while (!(await take(lock))) {
    if (await isStale(lock)) await removeStale(lock);
    else await setTimeout(POLL_EVERY);
  }
  try {
    return await work(lock);
  } finally {
    await rm(lock, { force: true });
  }
}

/** Only one process at a time removes it, and looks again before it does: it may be the lock of a new owner by now. */
async function removeStale(lock: string): Promise<void> {
  const removal = `${lock}.stale`;
  if (!(await take(removal))) {
    if (await isStale(removal)) await rm(removal, { force: true });
    else await setTimeout(POLL_EVERY);
    return;
  }
  try {
    if (await isStale(lock)) await rm(lock, { force: true });
  } finally {
    await rm(removal, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(file: string): Promise<boolean> {
  try {
    // A time that lies ahead comes from a clock that was set back.
    return Math.abs(Date.now() - (await lstat(file)).mtimeMs) > STALE_AFTER;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
