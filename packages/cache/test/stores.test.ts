import { afterAll, beforeAll, describe } from 'vitest';
import { redisKeyValueStore } from '@blaizejs/redis';

import { memoryStore } from '../src/index.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { testStore } from './store-contract.ts';

const nothing = (): Promise<void> => Promise.resolve();

describe('memoryStore()', () => {
  testStore(() => ({ store: memoryStore(), [Symbol.asyncDispose]: nothing }));
});

describe('redisKeyValueStore()', () => {
  let server: RedisServer;
  let stores = 0;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  testStore(() => {
    const client = server.client();
    const store = redisKeyValueStore(client, { prefix: `${(stores += 1)}:` });
    return {
      store,
      [Symbol.asyncDispose]: async () => {
        await client.flushall();
        client.disconnect();
      },
    };
  });
});
