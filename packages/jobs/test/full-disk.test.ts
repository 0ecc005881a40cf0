/** A disk without room for more, under jobs in a file of SQLite. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { createQueue } from '../src/index.ts';
import { sqliteJobs } from '../src/sqlite.ts';
import { runJobs, signalOf } from './harness.ts';

const mount = (folder: string): unknown =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
// libsql keeps files open until they are collected as garbage.
const unmount = (folder: string): unknown => execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' });

/** Whether this machine lets a test mount a disk that is small enough to be filled. */
function mayMount(): boolean {
  if (process.platform !== 'linux') return false;
  const folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!mayMount())(
  'when the disk is full (it needs Linux, and the right to mount a small one)',
  () => {
    let disk: string;
    beforeEach(async () => {
      disk = await mkdtemp(join(tmpdir(), 'full-disk-'));
      mount(disk);
    });
    afterEach(async () => {
      unmount(disk);
      await rm(disk, { recursive: true });
    });

    const filler = (): string => join(disk, 'filler');

    async function fill(): Promise<void> {
      for (const size of [65_536, 4_096, 1]) {
        const write = async (): Promise<void> => {
          for (;;) await appendFile(filler(), Buffer.alloc(size));
        };
        await expect(write()).rejects.toMatchObject({ code: 'ENOSPC' });
      }
    }

    const FULL = {
      ...{ name: 'JobError', code: 'ERR_BLAIZE_JOB_STORE' },
      message: expect.stringMatching(/^The store of jobs failed to add a job: .*full/) as string,
    };

    test('add() rejects, no job that was added is lost or run twice, and all goes on when there is room', async () => {
      const hold = signalOf();
      const done: number[] = [];
      const queue = createQueue({
        payload: z.number(),
        concurrency: 1,
        handler: async ({ payload }) => {
          if (payload === 0) await hold.promise;
          done.push(payload);
        },
      });
      const store = sqliteJobs({ url: `file:${join(disk, 'jobs.db')}` });
      await using app = await runJobs({ queue }, { store, pollInterval: 20 });
      const jobs = app.queues.queue;
      for (const payload of [0, 1, 2]) await jobs.add(payload);
      await expect.poll(() => jobs.count()).toMatchObject({ running: 1, waiting: 2 });
      await fill();
      for (const payload of [3, 4, 5]) await expect(jobs.add(payload)).rejects.toMatchObject(FULL);
      // The job that runs ends now, which can't be kept.
      hold.resolve();
      await expect.poll(() => done).toEqual([0]);
      expect(await jobs.count()).toEqual({ waiting: 2, running: 1, completed: 0, dead: 0 });
      await rm(filler());
      await jobs.add(6);
      await expect.poll(() => jobs.count()).toMatchObject({ waiting: 0, running: 0, completed: 4 });
      expect(done).toEqual([0, 1, 2, 6]);
    });

    test('what was added is there after a restart, also one on the full disk', async () => {
      const url = `file:${join(disk, 'jobs.db')}`;
      const before = sqliteJobs({ url });
      await before.open?.([]);
      for (const payload of ['0', '1', '2']) {
        await before.add({ id: `id${payload}`, queue: 'queue', payload, priority: 2, delay: 0 });
      }
      await fill();
      await before.close?.();
      const done: number[] = [];
      const queue = createQueue({
        payload: z.number(),
        handler: ({ payload }) => void done.push(payload),
      });
      await using after = await runJobs({ queue }, { store: sqliteJobs({ url }), pollInterval: 20 });
      await expect(after.queues.queue.add(3)).rejects.toMatchObject(FULL);
      await expect
        .poll(() => after.plugin.ping().catch((error: unknown) => (error as Error).message))
        .toBe('The store of jobs failed to take jobs of "queue".');
      await rm(filler());
      await expect.poll(() => done.toSorted(), { timeout: 20_000 }).toEqual([0, 1, 2]);
      await after.plugin.ping();
    });
  },
);
