import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { createQueue } from '../src/index.ts';
import { sqliteJobs } from '../src/sqlite.ts';
import { runJobs } from './harness.ts';

const KILLS = 20;
const JOBS = 400;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jobs-killed-often-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts a process that works. */
function start(url: string, journal: string): ChildProcess {
  return fork(new URL('children/journal.ts', import.meta.url), [url, journal], { execArgv: FROM_SOURCE });
}

test(
  `processes with one file of SQLite, killed ${KILLS} times, lose no job, and repeat none that they said was done`,
  { timeout: 600_000 },
  async () => {
    const url = `file:${join(folder, 'jobs.db')}`;
    const journal = join(folder, 'journal');
    const queue = createQueue({ handler: () => undefined });
    await using app = await runJobs(
      { queue },
      { store: sqliteJobs({ url }), work: false, storeTimeout: 20_000 },
    );
    const ids: string[] = [];
    for (let i = 0; i < JOBS; i++) ids.push((await app.queues.queue.add()).id);
    let child: ChildProcess | undefined;
    for (let kill = 0; kill < KILLS; kill++) {
      child = start(url, journal);
      // In the middle of what it does, each time at another moment.
      let left = 3 + kill;
      while (left > 0) {
        await once(child, 'message');
        left -= 1;
      }
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    child = start(url, journal);
    await expect
      .poll(() => app.queues.queue.count(), { timeout: 300_000, interval: 200 })
      .toEqual({ waiting: 0, running: 0, completed: JOBS, dead: 0 });
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);

    const lines = (await readFile(journal, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const began = lines.flatMap(([what, id = '']) => (what === 'began' ? [id] : []));
    expect(new Set(began)).toEqual(new Set(ids));
    // Only those that ran when their process was killed may run again: as many as `concurrency`, each time.
    expect(began.length - JOBS).toBeLessThanOrEqual(KILLS * 4);
    for (const [at, [what, id]] of lines.entries()) {
      if (what === 'kept') expect(lines.slice(at + 1)).not.toContainEqual(['began', id]);
    }
  },
);
