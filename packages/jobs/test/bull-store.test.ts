import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { bullJobs } from '../src/bullmq.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';
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
