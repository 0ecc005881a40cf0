import { lstat, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { errorCode } from './error-code.ts';

/** Milliseconds after which a lock's owner must have died, since it touches the lock every 2 seconds. */
const STALE_AFTER = 10_000;
const POLL_EVERY = 20;
const TOUCH_EVERY = 2000;

/**
 * Runs `work` while no other process or call runs work in the same directory. A lock whose owner has died is removed after
 * 10 seconds.
 *
 * @param work gets the path of the lock, a file with mode 0600
 * @param options `pollEvery` is in milliseconds, 20 by default; `signal` ends the wait for the lock
 * @throws the error of `work`, or the system's error if the lock can't be written
 */
export async function withDirectoryLock<T>(
  directory: string,
  work: (lock: string) => Promise<T>,
  { pollEvery = POLL_EVERY, signal }: { pollEvery?: number; signal?: AbortSignal } = {},
): Promise<T> {
  const lock = join(directory, 'lock');
  while (!(await take(lock))) {
    if (await isStale(lock)) await removeStale(lock);
    else await setTimeout(pollEvery, undefined, { signal });
  }
  // Work that takes longer shows that its owner lives.
  const touching = setInterval(() => {
    const now = new Date();
    void utimes(lock, now, now).catch(() => undefined);
  }, TOUCH_EVERY);
  touching.unref();
  try {
    return await work(lock);
  } finally {
    clearInterval(touching);
    await rm(lock, { force: true });
  }
}

/** Only one process at a time removes the lock. It checks again first, since the lock may have a new owner by now. */
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
    // If the time is in the future, the clock has been set back.
    return Math.abs(Date.now() - (await lstat(file)).mtimeMs) > STALE_AFTER;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
