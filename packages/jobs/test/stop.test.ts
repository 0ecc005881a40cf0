import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { createQueue, memoryJobs } from '../src/index.ts';
import { runJobs, signalOf } from './harness.ts';

test('a stop takes no more jobs, and waits for those that run', async () => {
  const store = memoryJobs();
  const started = signalOf();
  const finish = signalOf();
  const done: string[] = [];
  const queue = createQueue({
    concurrency: 1,
    handler: async ({ id, signal }) => {
      started.resolve();
      await finish.promise;
      done.push(`${id} ${signal.aborted}`);
    },
  });
  const app = await runJobs({ queue }, { store, shutdownTimeout: 10_000 });
  const { id } = await app.queues.queue.add();
  await started.promise;
  await app.queues.queue.add();
  const draining = signalOf();
  app.app.events.on('draining', () => draining.resolve());
  const closing = app.app.close();
  await draining.promise;
  // Whoever is served still may add jobs.
  await app.queues.queue.add();
  finish.resolve();
  await closing;
  expect(done).toEqual([`${id} false`]);
  expect(await store.count('queue')).toEqual({ waiting: 2, running: 0, completed: 1, dead: 0 });
});

test('a job that does not finish in time is aborted and given back, and the attempt does not count', async () => {
  const store = memoryJobs();
  const started = signalOf();
  const reasons: unknown[] = [];
  const queue = createQueue({
    handler: async ({ signal }) => {
      started.resolve();
      await wait(60_000, undefined, { signal }).catch(() => reasons.push(signal.reason));
      signal.throwIfAborted();
    },
  });
  const app = await runJobs({ queue }, { store, shutdownTimeout: 300 });
  const { id } = await app.queues.queue.add();
  await started.promise;
  await app.app.close();
  expect(reasons).toMatchObject([{ code: 'ERR_BLAIZE_JOB_ABORTED' }]);
  expect(await store.get('queue', id)).toMatchObject({ state: 'waiting', attempt: 0 });
  expect(app.lines.filter(({ level }) => level !== 'info')).toEqual([]);

  // The next process runs it at once.
  const again = signalOf<number>();
  const quick = createQueue({ handler: ({ attempt }) => again.resolve(attempt) });
  await using next = await runJobs({ queue: quick }, { store });
  expect(await again.promise).toBe(1);
  await expect.poll(() => next.queues.queue.count()).toMatchObject({ completed: 1 });
});

test('a handler that ignores the stop is left behind, and its job is given back', async () => {
  const store = memoryJobs();
  const started = signalOf();
  const end = signalOf();
  const queue = createQueue({
    handler: async () => {
      started.resolve();
      await end.promise;
    },
  });
  const app = await runJobs({ queue }, { store, shutdownTimeout: 1500 });
  const { id } = await app.queues.queue.add();
  await started.promise;
  await app.app.close();
  expect(await store.get('queue', id)).toMatchObject({ state: 'waiting', attempt: 0 });
  end.resolve();
});

test('before the start and after the end, calls are refused with a code', async () => {
  const queue = createQueue({ handler: () => undefined });
  const app = await runJobs({ queue });
  await app.app.close();
  const closed = { name: 'JobError', code: 'ERR_BLAIZE_JOBS_CLOSED' };
  await expect(app.queues.queue.add()).rejects.toMatchObject(closed);
  await expect(app.queues.queue.count()).rejects.toMatchObject({
    message: 'The server has stopped, so it cannot count jobs.',
  });
  await expect(app.queues.queue.watch('a').next()).resolves.toMatchObject({ done: true });
});

test('a job that finished while it was asked to stop is done', async () => {
  const store = memoryJobs();
  const started = signalOf();
  const queue = createQueue({
    handler: async ({ signal }) => {
      started.resolve();
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
      });
    },
  });
  const app = await runJobs({ queue }, { store, shutdownTimeout: 300 });
  const { id } = await app.queues.queue.add();
  await started.promise;
  await app.app.close();
  expect(await store.get('queue', id)).toMatchObject({ state: 'completed' });
});
