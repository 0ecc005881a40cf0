import { setTimeout as wait } from 'node:timers/promises';
import { useContext } from '@blaizejs/context';
import { createApp } from '@blaizejs/app';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { createQueue, JobError, jobs, memoryJobs, PermanentJobError, RetryJobError } from '../src/index.ts';
import { collectLog, runJobs, signalOf } from './harness.ts';

const FAST = { delay: 1, jitter: 0 };

test('runs a job with the payload that the schema returns, and its id, attempt and services', async () => {
  const ran = signalOf<unknown>();
  const emails = createQueue({
    payload: z.object({ to: z.string().toLowerCase(), at: z.coerce.date() }),
    handler: ({ payload, id, attempt, queue, addedAt, services }) =>
      ran.resolve([payload, id, attempt, queue, addedAt instanceof Date, 'jobs' in services]),
  });
  await using app = await runJobs({ emails });
  const { id, isNew } = await app.queues.emails.add({ to: 'ADA', at: '2026-01-01T00:00:00Z' });
  expect(isNew).toBe(true);
  expect(await ran.promise).toEqual([
    ...[{ to: 'ada', at: new Date('2026-01-01') }, id, 1, 'emails', true, true],
  ]);
  await expect.poll(() => app.queues.emails.get(id)).toMatchObject({ state: 'completed', attempt: 1 });
  // What was added, not what the schema made of it.
  expect((await app.queues.emails.get(id))?.payload).toEqual({ to: 'ADA', at: '2026-01-01T00:00:00Z' });
});

test('a job that fails is tried again, later each time, and is dead in the end', async () => {
  const attempts: number[] = [];
  const queue = createQueue({
    handler: ({ attempt }) => {
      attempts.push(attempt);
      throw new TypeError(`failure ${attempt}`);
    },
    attempts: 3,
    backoff: FAST,
  });
  await using app = await runJobs({ queue });
  const { id } = await app.queues.queue.add();
  await expect
    .poll(() => app.queues.queue.dead.list())
    .toMatchObject([{ id, error: 'TypeError: failure 3' }]);
  expect(attempts).toEqual([1, 2, 3]);
  expect(app.lines.map(({ level, message }) => [level, message])).toEqual([
    ['warn', 'A job has failed, and is tried again'],
    ['warn', 'A job has failed, and is tried again'],
    ['error', 'A job has failed for good'],
  ]);
  expect(app.lines[2]?.fields).toMatchObject({
    ...{ queue: 'queue', job: id, attempt: 3, err: new TypeError('failure 3') },
  });
});

test('a dead job can be tried again with all its attempts, or removed', async () => {
  let works = false;
  const done: string[] = [];
  const queue = createQueue({
    handler: ({ id }) => {
      if (!works) throw new Error('not yet');
      done.push(id);
    },
    attempts: 1,
  });
  await using app = await runJobs({ queue });
  const { dead } = app.queues.queue;
  const [a, b] = [await app.queues.queue.add(), await app.queues.queue.add()];
  await expect.poll(() => dead.list()).toHaveLength(2);
  works = true;
  expect(await dead.retry(a.id)).toBe(true);
  expect(await dead.retry('no such job')).toBe(false);
  await expect.poll(() => done).toEqual([a.id]);
  expect(await dead.remove(a.id)).toBe(false);
  expect(await dead.remove(b.id)).toBe(true);
  expect(await dead.list()).toEqual([]);
  expect(await app.queues.queue.get(b.id)).toBeUndefined();
});

test('an error that is permanent needs no other attempt', async () => {
  const queue = createQueue({
    handler: () => {
      throw new PermanentJobError('The address does not exist.');
    },
  });
  await using app = await runJobs({ queue });
  await app.queues.queue.add();
  await expect
    .poll(() => app.queues.queue.dead.list())
    .toMatchObject([{ attempt: 1, error: 'PermanentJobError: The address does not exist.' }]);
});

test('an error that says when to try again decides the delay, and its attempts count', async () => {
  const times: number[] = [];
  const queue = createQueue({
    handler: ({ attempt }) => {
      times.push(performance.now());
      throw new RetryJobError('It is busy.', { delay: attempt === 1 ? 120 : 0 });
    },
    attempts: 3,
    backoff: { delay: 3_600_000 },
  });
  await using app = await runJobs({ queue });
  await app.queues.queue.add();
  await expect
    .poll(() => app.queues.queue.dead.list())
    .toMatchObject([{ attempt: 3, error: 'RetryJobError: It is busy.' }]);
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(119);
});

test('an error that says when to try again refuses what is no time', () => {
  for (const delay of [NaN, -1, Infinity, 1e12, 0.5, '5', undefined]) {
    expect(() => new RetryJobError('busy', { delay: delay as number })).toThrow(
      'delay: expected a whole number of milliseconds, up to 2147483647',
    );
  }
  expect(() => new RetryJobError('busy', { dely: 1 } as never)).toThrow('Did you mean `delay`?');
  const cause = new Error('503');
  expect(new RetryJobError('busy', { delay: 5, cause })).toMatchObject({
    ...{ code: 'ERR_BLAIZE_JOB_RETRY', delay: 5, cause },
  });
});

test('runs as many jobs at the same time as it may, and the others in their order', async () => {
  const started: number[] = [];
  const releases: (() => void)[] = [];
  const queue = createQueue({
    payload: z.number(),
    concurrency: 2,
    handler: async ({ payload }) => {
      started.push(payload);
      await new Promise<void>((resolve) => releases.push(resolve));
    },
  });
  await using app = await runJobs({ queue });
  for (let i = 0; i < 5; i++) await app.queues.queue.add(i);
  await expect.poll(() => started).toEqual([0, 1]);
  expect(app.plugin.state).toEqual({ queue: { running: 2, stuck: 0, failing: false } });
  expect(await app.queues.queue.count()).toEqual({ waiting: 3, running: 2, completed: 0, dead: 0 });
  for (let i = 2; i < 7; i++) {
    releases.shift()?.();
    await expect.poll(() => started.length).toBe(Math.min(5, i + 1));
  }
  expect(started).toEqual([0, 1, 2, 3, 4]);
  for (const release of releases) release();
});

test('a job with a delay runs when it is due, not at the next look', async () => {
  const ran = signalOf<number>();
  const queue = createQueue({ handler: () => ran.resolve(performance.now()) });
  await using app = await runJobs({ queue }, { pollInterval: 3_600_000 });
  const began = performance.now();
  await app.queues.queue.add(undefined, { delay: 100 });
  expect((await ran.promise) - began).toBeGreaterThanOrEqual(99);
});

test('an attempt that takes too long fails, and its signal says why', async () => {
  const reasons: unknown[] = [];
  const queue = createQueue({
    handler: async ({ signal }) => {
      await wait(60_000, undefined, { signal }).catch(() => reasons.push(signal.reason));
      signal.throwIfAborted();
    },
    timeout: 20,
    attempts: 2,
    backoff: FAST,
  });
  await using app = await runJobs({ queue });
  const { id } = await app.queues.queue.add();
  await expect.poll(() => app.queues.queue.dead.list()).toHaveLength(1);
  expect(reasons).toHaveLength(2);
  expect(reasons[0]).toBeInstanceOf(JobError);
  expect(reasons[0]).toMatchObject({
    code: 'ERR_BLAIZE_JOB_TIMEOUT',
    message: `The job ${id} of "queue" took longer than 20 ms (\`timeout\`).`,
  });
});

test('handlers that never settle hold up the queue only if they are as many as `concurrency`', async () => {
  const stuck: (() => void)[] = [];
  const done: string[] = [];
  const queue = createQueue({
    payload: z.string(),
    handler: ({ payload }) => {
      if (payload !== 'hang') return void done.push(payload);
      return new Promise<void>((resolve) => stuck.push(resolve));
    },
    concurrency: 2,
    timeout: 20,
    attempts: 1,
  });
  await using app = await runJobs({ queue });
  const { add, count, dead } = app.queues.queue;
  expect([add, count, dead]).toBeDefined();
  await app.queues.queue.add('hang');
  await expect.poll(() => app.plugin.state['queue']).toMatchObject({ stuck: 1, running: 0 });
  await app.queues.queue.add('one');
  await expect.poll(() => done).toEqual(['one']);
  await app.queues.queue.add('hang');
  await expect.poll(() => app.plugin.state['queue']).toMatchObject({ stuck: 2, running: 0 });
  await app.queues.queue.add('two');
  await expect(app.plugin.ping()).rejects.toThrow('The queue "queue" takes no more jobs');
  expect((await app.queues.queue.count()).waiting).toBe(1);
  expect(app.lines.map(({ message }) => message)).toContain(
    'Handlers ignore their signal; the queue takes no more jobs until one of them settles',
  );
  stuck[0]?.();
  await expect.poll(() => done).toEqual(['one', 'two']);
  await app.plugin.ping();
  stuck[1]?.();
});

test('a job that kills its process each time is dead after its attempts, without running again', async () => {
  const store = memoryJobs();
  let ran = 0;
  const queue = createQueue({ handler: () => void (ran += 1), attempts: 3 });
  await store.add({ id: 'poison', queue: 'queue', payload: '', priority: 2, delay: 0 });
  // Three processes that took it, and died.
  for (let i = 0; i < 3; i++) {
    await expect
      .poll(async () => (await store.claim('queue', { limit: 1, lease: 1 })).jobs, { interval: 5 })
      .toHaveLength(1);
  }
  await using app = await runJobs({ queue }, { store, pollInterval: 10 });
  await expect
    .poll(() => app.queues.queue.dead.list())
    .toMatchObject([
      {
        id: 'poison',
        error:
          'JobError: It was tried 3 times, and each time its process ended, or could not renew its lease.',
      },
    ]);
  expect(ran).toBe(0);
});

test('jobs of a higher priority run first', async () => {
  const order: string[] = [];
  const gate = signalOf();
  const queue = createQueue({
    payload: z.string(),
    concurrency: 1,
    handler: async ({ payload }) => {
      order.push(payload);
      await gate.promise;
    },
  });
  await using app = await runJobs({ queue });
  const add = (name: 'high' | 'normal' | 'low') => app.queues.queue.add(name, { priority: name });
  await add('normal');
  await expect.poll(() => order).toHaveLength(1);
  for (const name of ['low', 'normal', 'high'] as const) await add(name);
  gate.resolve();
  await expect.poll(() => order).toEqual(['normal', 'high', 'normal', 'low']);
});

test('a handler runs outside of the request that added its job', async () => {
  const found = signalOf<unknown>();
  const queue = createQueue({
    handler: () => {
      try {
        found.resolve(useContext());
      } catch (error) {
        found.resolve((error as { code: string }).code);
      }
    },
  });
  const plugin = jobs({ queues: { queue } });
  await using app = createApp({ plugins: [plugin], logger: collectLog().logger });
  app.router.addRoute('POST', '/', {
    handler: async (ctx) => {
      const services = ctx.services as unknown as { jobs: { queue: { add(): Promise<object> } } };
      return services.jobs.queue.add();
    },
  });
  await app.ready();
  const response = await app.fetch(new Request('https://example.com/', { method: 'POST' }));
  expect(await response.json()).toMatchObject({ isNew: true });
  expect(await found.promise).toBe('ERR_BLAIZE_NO_CONTEXT');
});

test('a process that does not work only adds jobs', async () => {
  const store = memoryJobs();
  const ran = signalOf();
  const queue = createQueue({ handler: () => ran.resolve() });
  await using web = await runJobs({ queue }, { store, work: false });
  await web.queues.queue.add();
  expect(await web.queues.queue.count()).toMatchObject({ waiting: 1, running: 0 });
  await using worker = await runJobs({ queue }, { store });
  await ran.promise;
  await expect.poll(() => worker.queues.queue.count()).toMatchObject({ completed: 1 });
});
