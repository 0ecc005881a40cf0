/** What the README promises, with each store: in memory, in a file of SQLite, and in a real Redis. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { bullJobs } from '../src/bullmq.ts';
import { createQueue, type JobStore, memoryJobs } from '../src/index.ts';
import { sqliteJobs } from '../src/sqlite.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { runJobs, signalOf } from './harness.ts';

let redis: RedisServer;
let folder: string;
let tests = 0;
beforeAll(async () => {
  redis = await RedisServer.start();
  folder = await mkdtemp(join(tmpdir(), 'jobs-every-store-'));
});
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => void (tests += 1));

/** Opens the store of the test, as each process does. */
type Open = () => JobStore;
const memory: { test: number; store: JobStore | undefined } = { test: 0, store: undefined };
const STORES: Readonly<Record<string, Open>> = {
  memory: () => {
    if (memory.test !== tests) Object.assign(memory, { test: tests, store: memoryJobs() });
    return memory.store!;
  },
  SQLite: () => sqliteJobs({ url: `file:${join(folder, `${tests}.db`)}` }),
  BullMQ: () => bullJobs({ connection: { path: redis.path }, prefix: `test-${tests}` }),
};
const QUICK = { pollInterval: 20, storeTimeout: 20_000 };

describe.each(Object.entries(STORES))('with %s', (_name, open) => {
  test('a job is tried again after its back-off, then is dead, and may be tried anew', async () => {
    const times: number[] = [];
    let works = false;
    const queue = createQueue({
      attempts: 3,
      backoff: { delay: 50, factor: 4, jitter: 0 },
      handler: ({ attempt }) => {
        times.push(Date.now());
        if (!works) throw new Error(`failure ${attempt}`);
      },
    });
    await using app = await runJobs({ queue }, { store: open(), ...QUICK });
    const { id } = await app.queues.queue.add();
    await expect
      .poll(() => app.queues.queue.dead.list())
      .toMatchObject([{ id, state: 'dead', attempt: 3, error: 'Error: failure 3' }]);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(49);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(199);
    works = true;
    expect(await app.queues.queue.dead.retry(id)).toBe(true);
    await expect.poll(() => app.queues.queue.get(id)).toMatchObject({ state: 'completed', attempt: 1 });
    expect(await app.queues.queue.dead.list()).toEqual([]);
  });

  test('a key adds one job, from several processes at once, and while the job is kept', async () => {
    let ran = 0;
    const queue = createQueue({ payload: z.number(), handler: () => void (ran += 1) });
    await using one = await runJobs({ queue }, { store: open(), ...QUICK });
    await using two = await runJobs({ queue }, { store: open(), ...QUICK });
    const added = await Promise.all(
      [one, two, one, two].map((app, payload) => app.queues.queue.add(payload, { key: 'order 7' })),
    );
    expect(added.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(added.map(({ id }) => id)).size).toBe(1);
    await expect.poll(() => one.queues.queue.count()).toMatchObject({ completed: 1, waiting: 0 });
    expect(await two.queues.queue.add(9, { key: 'order 7' })).toMatchObject({ isNew: false });
    expect(ran).toBe(1);
  });

  test('each time of a schedule gets one job, however many processes there are', async () => {
    const ids: string[] = [];
    const queue = createQueue({
      handler: ({ id }) => void ids.push(id),
      schedules: { often: { cron: '* * * * * *', overlap: true } },
    });
    await using one = await runJobs({ queue }, { store: open(), ...QUICK });
    await using two = await runJobs({ queue }, { store: open(), ...QUICK });
    await using three = await runJobs({ queue }, { store: open(), ...QUICK });
    expect([one, two, three].map(({ lines }) => lines)).toEqual([[], [], []]);
    await expect.poll(() => new Set(ids).size, { timeout: 10_000 }).toBe(2);
    expect(ids).toHaveLength(2);
  });

  test('no more jobs run at once than may', async () => {
    const most = { now: 0, most: 0, ended: 0 };
    const queue = createQueue({
      concurrency: 3,
      handler: async () => {
        most.most = Math.max(most.most, (most.now += 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
        most.now -= 1;
        most.ended += 1;
      },
    });
    await using app = await runJobs({ queue }, { store: open(), ...QUICK });
    await Promise.all(Array.from({ length: 20 }, () => app.queues.queue.add()));
    await expect.poll(() => most.ended).toBe(20);
    expect(most.most).toBe(3);
  });

  test('progress is seen in another process, to the end', async () => {
    const gate = signalOf();
    const queue = createQueue({
      progress: z.object({ percent: z.number() }),
      handler: async ({ report }) => {
        await report({ percent: 50 });
        await gate.promise;
      },
    });
    await using web = await runJobs({ queue }, { store: open(), work: false, ...QUICK });
    await using worker = await runJobs({ queue }, { store: open(), ...QUICK });
    expect(worker.plugin.state['queue']).toBeDefined();
    const { id } = await web.queues.queue.add();
    const seen: unknown[] = [];
    for await (const { state, progress } of web.queues.queue.watch(id)) {
      seen.push([state, progress?.percent]);
      if (progress) gate.resolve();
    }
    expect(seen).toContainEqual(['running', 50]);
    expect(seen.at(-1)).toEqual(['completed', 50]);
  });

  test('a stop lets a job finish, and gives back one that does not', async () => {
    const began: string[] = [];
    const finish = signalOf();
    const queue = createQueue({
      payload: z.string(),
      handler: async ({ payload, signal }) => {
        began.push(payload);
        if (payload === 'finishes') return finish.promise;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        signal.throwIfAborted();
        return undefined;
      },
    });
    const app = await runJobs({ queue }, { store: open(), ...QUICK, shutdownTimeout: 1500 });
    await using other = await runJobs({ queue }, { store: open(), work: false, ...QUICK });
    const [one, two] = [await app.queues.queue.add('finishes'), await app.queues.queue.add('hangs')];
    await expect.poll(() => began.length).toBe(2);
    app.app.events.on('draining', () => finish.resolve());
    await app.app.close();
    expect(await other.queues.queue.get(one.id)).toMatchObject({ state: 'completed' });
    expect(await other.queues.queue.get(two.id)).toMatchObject({ state: 'waiting', attempt: 0 });
  });
});
