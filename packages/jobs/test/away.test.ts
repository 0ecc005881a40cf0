import type { Services } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { bullJobs } from '../src/bullmq.ts';
import { createQueue, jobsCheck, memoryJobs } from '../src/index.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { changed, runJobs, signalOf } from './harness.ts';

const WAYS: readonly [string, (redis: RedisServer) => unknown, (redis: RedisServer) => unknown][] = [
  ['hangs', (redis) => redis.freeze(), (redis) => redis.thaw()],
  ['dies', (redis) => redis.stop(), (redis) => redis.start()],
];

test.each(WAYS)(
  'if Redis %s, add() rejects, and the worker comes back',
  async (_what, takeAway, bringBack) => {
    await using redis = await RedisServer.start();
    const done: string[] = [];
    const queue = createQueue({ handler: ({ id }) => void done.push(id) });
    const store = bullJobs({ connection: { path: redis.path } });
    await using app = await runJobs({ queue }, { store, storeTimeout: 500, pollInterval: 50 });
    const first = await app.queues.queue.add();
    await expect.poll(() => done).toEqual([first.id]);
    const check = jobsCheck(app.plugin);
    const context = { signal: new AbortController().signal, services: {} as Services };
    await check.run(context);

    await takeAway(redis);
    await expect(app.queues.queue.add()).rejects.toMatchObject({
      ...{ name: 'JobError', code: 'ERR_BLAIZE_JOB_STORE' },
      message: expect.stringMatching(/^The store of jobs failed to add a job: /) as string,
    });
    await expect(check.run(context)).rejects.toMatchObject({ code: 'ERR_BLAIZE_JOB_STORE' });
    await expect.poll(() => app.plugin.state['queue']).toMatchObject({ failing: true });

    await bringBack(redis);
    const added: string[] = [];
    await expect
      .poll(async () => {
        added.push((await app.queues.queue.add()).id);
        return added.length;
      })
      .toBe(1);
    await expect.poll(() => done).toContain(added[0]);
    await expect.poll(() => app.plugin.state['queue']).toMatchObject({ failing: false });
    const messages = app.lines.map(({ message }) => message);
    expect(messages).toContain('No jobs can be taken');
    expect(messages).toContain('Jobs can be taken again');
  },
);

test('an app does not start, and leaves nothing behind, if its store is away', async () => {
  const redis = await RedisServer.start();
  const { path } = redis;
  await redis[Symbol.asyncDispose]();
  const queue = createQueue({ handler: () => undefined });
  const store = bullJobs({ connection: { path } });
  await expect(runJobs({ queue }, { store, storeTimeout: 300 })).rejects.toThrow(/failed to open/);
});

test('a stop ends all connections although Redis is away', async () => {
  await using redis = await RedisServer.start();
  const queue = createQueue({ handler: () => undefined });
  const connection = { path: redis.path, retryStrategy: () => 20 };
  const options = { storeTimeout: 300, shutdownTimeout: 20_000 };
  const app = await runJobs({ queue }, { store: bullJobs({ connection }), ...options });
  await app.queues.queue.add();
  await redis.stop();
  await app.app.close();
  expect(app.lines.filter(({ message }) => message.includes('left behind'))).toEqual([]);
  await redis.start();
  const client = redis.client();
  // By then, each would have come back.
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(String(await client.client('LIST')).match(/^id=/gm)).toHaveLength(1);
});

test('a check fails while a queue cannot take jobs, although the store can be read: the disk may be full', async () => {
  let isFull = false;
  const memory = memoryJobs();
  const store = changed(memory, {
    claim: (...args) => (isFull ? Promise.reject(new Error('disk full')) : memory.claim(...args)),
  });
  const queue = createQueue({ handler: () => undefined });
  await using app = await runJobs({ queue }, { store, pollInterval: 10 });
  await app.plugin.ping();
  isFull = true;
  await expect
    .poll(() => app.plugin.ping().catch((error: unknown) => (error as Error).message))
    .toBe('The store of jobs failed to take jobs of "queue".');
  isFull = false;
  await expect
    .poll(() =>
      app.plugin.ping().then(
        () => 'works',
        () => 'fails',
      ),
    )
    .toBe('works');
});

test('the end of a job is kept although the store fails for a while', async () => {
  let failures = 0;
  const memory = memoryJobs();
  const store = changed(memory, {
    settle: (...args) => {
      failures += 1;
      return failures <= 2 ? Promise.reject(new Error('away')) : memory.settle(...args);
    },
  });
  let ran = 0;
  const queue = createQueue({ handler: () => void (ran += 1) });
  await using app = await runJobs({ queue }, { store });
  const { id } = await app.queues.queue.add();
  await expect.poll(() => app.queues.queue.get(id)).toMatchObject({ state: 'completed' });
  expect([ran, failures]).toEqual([1, 3]);
});

test('a handler is stopped if another process may have its job', async () => {
  const memory = memoryJobs();
  const store = changed(memory, { extend: () => Promise.resolve(false) });
  const reason = signalOf<unknown>();
  const queue = createQueue({
    handler: ({ signal }) =>
      new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          reason.resolve(signal.reason);
          resolve();
        });
      }),
  });
  await using app = await runJobs({ queue }, { store, lease: 1000 });
  const { id } = await app.queues.queue.add();
  expect(await reason.promise).toMatchObject({
    code: 'ERR_BLAIZE_JOB_ABORTED',
    message: `The job ${id} of "queue" may be run by another process, as its lease could not be renewed.`,
  });
});

test('a handler is stopped if its lease ends because the store is away', async () => {
  const memory = memoryJobs();
  const store = changed(memory, { extend: () => Promise.reject(new Error('away')) });
  const reason = signalOf<unknown>();
  const queue = createQueue({
    handler: async ({ signal, attempt }) => {
      if (attempt > 1) return;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reason.resolve(signal.reason);
    },
  });
  await using app = await runJobs({ queue }, { store, lease: 1000, pollInterval: 50 });
  const { id } = await app.queues.queue.add();
  expect(await reason.promise).toMatchObject({ code: 'ERR_BLAIZE_JOB_ABORTED' });
  // And it runs again.
  await expect.poll(() => app.queues.queue.get(id)).toMatchObject({ state: 'completed', attempt: 2 });
});

test('jobs that a store gives after the time for that is up are run, and none is taken twice', async () => {
  const memory = memoryJobs();
  const late = signalOf();
  const calls = { now: 0, most: 0, all: 0 };
  const store = changed(memory, {
    claim: async (...args) => {
      calls.now += 1;
      calls.most = Math.max(calls.most, calls.now);
      if ((calls.all += 1) === 2) await late.promise;
      calls.now -= 1;
      return memory.claim(...args);
    },
  });
  const done: string[] = [];
  const queue = createQueue({ handler: ({ id }) => void done.push(id) });
  await using app = await runJobs({ queue }, { store, storeTimeout: 20, pollInterval: 20 });
  await expect.poll(() => app.plugin.state['queue']).toMatchObject({ failing: true });
  const { id } = await app.queues.queue.add();
  late.resolve();
  await expect.poll(() => done).toEqual([id]);
  expect(calls.most).toBe(1);
});

test('a store that throws, and one that never answers, make calls reject with a code', async () => {
  const queue = createQueue({ handler: () => undefined });
  const thrown = changed(memoryJobs(), {
    count: () => {
      throw new TypeError('broken');
    },
    get: () => new Promise(() => undefined),
  });
  await using app = await runJobs({ queue }, { store: thrown, storeTimeout: 20 });
  await expect(app.queues.queue.count()).rejects.toMatchObject({
    code: 'ERR_BLAIZE_JOB_STORE',
    message: 'The store of jobs failed to count jobs: broken',
    cause: new TypeError('broken'),
  });
  await expect(app.queues.queue.get('a')).rejects.toThrow('It has not answered within 20 ms.');
  await expect(app.queues.queue.watch('a').next()).rejects.toThrow('It has not answered within 20 ms.');
});
