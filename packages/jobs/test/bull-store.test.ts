import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { bullJobs } from '../src/bullmq.ts';
import { createQueue, PermanentJobError } from '../src/index.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { runJobs } from './harness.ts';
import { testJobStore } from './store-contract.ts';

describe('bullJobs()', () => {
  let server: RedisServer;
  let stores = 0;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  testJobStore(() => {
    const store = bullJobs({ connection: { path: server.path }, prefix: `test-${(stores += 1)}` });
    return { store, [Symbol.asyncDispose]: () => store.close!() };
  });
});

test('refuses a client, and unknown options', () => {
  expect(() => bullJobs({ connection: new Map() as never })).toThrow(
    'connection: expected options of ioredis',
  );
  expect(() => bullJobs({ connection: {}, prefx: 'a' } as never)).toThrow('Did you mean `prefix`?');
});

test('jobs that another program has put into a queue are dead at once, and do not keep others from running or being seen', async () => {
  await using redis = await RedisServer.start();
  const shared = { connection: { path: redis.path }, prefix: 'shared' };
  const seen: unknown[] = [];
  const queue = createQueue({
    payload: z.object({ to: z.string() }),
    handler: ({ payload }) => {
      seen.push(payload);
      throw new PermanentJobError('no such mailbox');
    },
  });
  await using app = await runJobs({ queue }, { store: bullJobs(shared), work: true, pollInterval: 20 });
  const foreign = new Queue('queue', shared);
  const data: unknown[] = [null, 'text', 7, { to: 'x' }, { payload: '{broken' }, { payload: { to: 'x' } }];
  for (const each of data) await foreign.add('job', each);
  await foreign.close();
  const { id } = await app.queues.queue.add({ to: 'ada' });
  const { dead } = app.queues.queue;
  await expect.poll(() => dead.list()).toHaveLength(data.length + 1);
  expect(seen).toEqual([{ to: 'ada' }]);
  const listed = await dead.list();
  expect(listed.find((job) => job.id === id)).toMatchObject({
    payload: { to: 'ada' },
    error: 'PermanentJobError: no such mailbox',
  });
  const others = listed.filter((job) => job.id !== id);
  expect(others.map(({ attempt }) => attempt)).toEqual(data.map(() => 1));
  expect(others.map(({ error }) => error)).toEqual(
    data.map(() => expect.stringContaining('has a payload that cannot be read') as string),
  );
  expect(others.map(({ payload }) => payload)).toContain('{broken');
  for (const each of others) expect(await dead.remove(each.id)).toBe(true);
  expect(app.lines.filter(({ message }) => message === 'No jobs can be taken')).toEqual([]);
});
