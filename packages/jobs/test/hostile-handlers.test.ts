import { createApp } from '@blaizejs/app';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { createQueue, jobs, memoryJobs, type Queue } from '../src/index.ts';
import { collectLog, runJobs, signalOf } from './harness.ts';

const THROWN: readonly [string, unknown, string][] = [
  ['nothing', undefined, 'Error: It threw undefined.'],
  ['null', null, 'Error: It threw null.'],
  ['a text', 'text', 'Error: It threw text.'],
  ['a symbol', Symbol('x'), 'Error: It threw Symbol(x).'],
  [
    'an object without a prototype',
    Object.create(null),
    'Error: It threw something that cannot be described.',
  ],
  [
    'what throws when it is looked at',
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('get');
        },
        getPrototypeOf: () => {
          throw new Error('getPrototypeOf');
        },
      },
    ),
    'Error: It threw something that cannot be described.',
  ],
  [
    'an error whose message throws',
    Object.defineProperty(new Error(), 'message', {
      get: () => {
        throw new Error('message');
      },
    }),
    'It threw something that cannot be described.',
  ],
  ['an error of another realm', Object.assign(Object.create(Error.prototype), { message: 'x' }), 'Error: x'],
];

test.each(THROWN)('a handler that throws %s fails like any other', async (_what, thrown, error) => {
  const queue = createQueue({
    attempts: 2,
    backoff: { delay: 1 },
    handler: () => {
      throw thrown;
    },
  });
  await using app = await runJobs({ queue });
  const { id } = await app.queues.queue.add();
  await expect.poll(() => app.queues.queue.dead.list()).toMatchObject([{ id, attempt: 2, error }]);
  expect(app.plugin.state).toEqual({ queue: { running: 0, stuck: 0, failing: false } });
});

test('a report after the end of its job changes nothing', async () => {
  const reports = signalOf<(percent: number) => Promise<void>>();
  const queue = createQueue({ progress: z.number(), handler: ({ report }) => reports.resolve(report) });
  await using app = await runJobs({ queue });
  const { id } = await app.queues.queue.add();
  const report = await reports.promise;
  await expect.poll(() => app.queues.queue.get(id)).toMatchObject({ state: 'completed' });
  await report(5);
  expect((await app.queues.queue.get(id))?.progress).toBeUndefined();
});

test('a handler may add jobs to its own queue, look at its own job, and not remove it', async () => {
  const done = signalOf<unknown>();
  const queue = createQueue({
    payload: z.number(),
    concurrency: 1,
    handler: async ({ payload, services, id }) => {
      const own = (services as unknown as { jobs: { queue: Queue<number> } }).jobs.queue;
      if (payload > 0) await own.add(payload - 1);
      else done.resolve(await own.remove(id));
    },
  });
  await using app = await runJobs({ queue });
  await app.queues.queue.add(20);
  expect(await done.promise).toBe(false);
  await expect.poll(() => app.queues.queue.count()).toMatchObject({ completed: 21, waiting: 0 });
});

test('an app that is closed while it starts, and twice, ends', async () => {
  const queue = createQueue({ handler: () => undefined });
  const store = memoryJobs();
  const app = createApp({ plugins: [jobs({ queues: { queue }, store })], logger: collectLog().logger });
  const starting = app.ready();
  await Promise.allSettled([starting, app.close(), app.close()]);
  await app.close();
  // And leaves nothing that runs.
  await store.add({ id: 'a', queue: 'queue', payload: '', priority: 2, delay: 0 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await store.count('queue')).toMatchObject({ waiting: 1 });
});

test('jobs that are done are kept in bounds, however many there are', async () => {
  const store = memoryJobs({ maxJobs: 100 });
  let ran = 0;
  const queue = createQueue({ handler: () => void (ran += 1) });
  await using app = await runJobs({ queue }, { store });
  for (let i = 0; i < 1000; i++) {
    await app.queues.queue.add();
    if (i % 50 === 49) await expect.poll(() => ran).toBe(i + 1);
  }
  const { completed } = await app.queues.queue.count();
  expect(completed).toBeLessThanOrEqual(100);
});
