import { expect, test } from 'vitest';
import { z } from 'zod';

import { createQueue, jobs, memoryJobs } from '../src/index.ts';
import { runJobs } from './harness.ts';

const handler = (): undefined => undefined;
const queue = createQueue({ handler });

test.each<[object, string]>([
  [{}, 'handler: expected a function (job) that runs a job, received nothing'],
  [{ handler, retries: 3 }, 'retries: expected one of the options payload, progress, handler'],
  [{ handler, atempts: 3 }, 'Did you mean `attempts`?'],
  [{ handler, payload: {} }, 'payload: expected a Standard Schema, such as one of zod'],
  [{ handler, attempts: 0 }, 'attempts: expected a whole number above 0'],
  [{ handler, concurrency: 0 }, 'concurrency: expected a whole number from 1 to 10000'],
  [{ handler, timeout: -1 }, 'timeout: expected a whole number, or 0 for no limit'],
  [{ handler, payloadLimit: 1e9 }, 'payloadLimit: expected'],
  [{ handler, keepDead: 1.5 }, 'keepDead: expected a whole number of milliseconds'],
  [{ handler, backoff: { delay: 1, jitter: 2 } }, 'backoff.jitter: expected a number from 0 to 1'],
  [{ handler, backoff: { factor: 0.5 } }, 'backoff.factor: expected a number from 1 to 100'],
  [{ handler, schedules: { a: { cron: 'x y z' } } }, 'schedules.a.cron: expected a cron expression'],
  [{ handler, schedules: { a: { cron: '0 0 30 2 *' } } }, 'It never comes due.'],
  [{ handler, schedules: { a: {} } }, 'schedules.a.cron: expected a cron expression'],
  [{ handler, schedules: { a: { cron: '@daily', timeZone: 'Mars' } } }, 'schedules.a.timeZone: expected'],
  [{ handler, schedules: { a: { cron: '@daily', timezone: 'UTC' } } }, 'Did you mean `timeZone`?'],
  [{ handler, schedules: { 'a b': { cron: '@daily' } } }, 'schedules: expected names of up to 64 letters'],
])('createQueue(%j) says what is wrong', (options, message) => {
  expect(() => createQueue(options as never)).toThrow(message);
});

test.each<[object, string]>([
  [{}, 'queues: expected an object of queues by name'],
  [{ queues: {} }, 'queues: expected an object of queues by name'],
  [{ queues: { a: { handler } } }, 'queues.a: expected what createQueue() returns'],
  [{ queues: { 'a:b': queue } }, 'queues: expected names of up to 64 letters'],
  [{ queues: { queue }, store: {} }, 'store: expected a store of jobs, as memoryJobs() makes one'],
  [{ queues: { queue }, lease: 10 }, 'lease: expected a whole number of milliseconds from 1000'],
  [{ queues: { queue }, poll: 10 }, 'poll: expected one of the options queues, store, work, lease'],
  [{ queues: { queue }, registry: {} }, 'registry: expected a registry of prom-client'],
  [{ queues: { queue }, work: 'no' }, 'work: expected true or false'],
])('jobs(%j) says what is wrong', (options, message) => {
  expect(() => jobs(options as never)).toThrow(message);
});

test('add() and list() refuse what they do not know', async () => {
  await using app = await runJobs({ queue });
  const { queue: service } = app.queues;
  const add = (options: object) => service.add(undefined, options);
  await expect(add({ dely: 1 })).rejects.toThrow('Did you mean `delay`?');
  await expect(add({ delay: -1 })).rejects.toThrow('delay: expected');
  await expect(add({ priority: 1 })).rejects.toThrow('priority: expected "high" or "normal" or "low"');
  await expect(service.dead.list({ limit: 5000 })).rejects.toThrow('limit: expected');
});

test('a schedule whose payload the schema refuses keeps the app from starting', async () => {
  const scheduled = createQueue({
    payload: z.object({ id: z.number() }),
    handler,
    schedules: { nightly: { cron: '0 3 * * *', payload: { id: 'x' as never } } },
  });
  await expect(runJobs({ scheduled })).rejects.toThrow(/plugin "jobs".*id: /i);
});

test('a store is opened again when the app of a second start uses it', async () => {
  const store = memoryJobs();
  for (let i = 1; i <= 2; i++) {
    await using app = await runJobs({ queue }, { store });
    const { id } = await app.queues.queue.add();
    await expect.poll(() => app.queues.queue.get(id)).toMatchObject({ state: 'completed' });
  }
});
