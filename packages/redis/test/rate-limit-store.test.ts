import { memoryRateLimitStore } from '@blaizejs/middleware/rate-limit';
import type { RateLimitAlgorithm, RateLimitPolicy } from '@blaizejs/types';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

import { redisRateLimitStore } from '../src/index.ts';
import { rateLimitScript } from '../src/rate-limit-scripts.ts';
import { RedisRateLimitStore } from '../src/rate-limit-store.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';

const ALGORITHMS: readonly RateLimitAlgorithm[] = [
  'sliding-window',
  'fixed-window',
  'token-bucket',
  'leaky-bucket',
];
const DAY = 86_400_000;

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());
afterEach(() => void vi.restoreAllMocks());

describe.each(ALGORITHMS)('%s', (algorithm) => {
  const policy: RateLimitPolicy = { algorithm, limit: 10, window: DAY, burst: 10 };
  const all = algorithm === 'leaky-bucket' ? 11 : 10;

  test('takes what there is and no more, however many ask at once', async () => {
    const stores = Array.from({ length: 4 }, () => redisRateLimitStore(server.client()));
    const asked = Array.from({ length: 100 }, (_, at) =>
      Promise.resolve(stores[at % 4]!.consume(`${algorithm} at once`, 1, policy)),
    );
    const results = await Promise.all(asked);
    expect(results.filter(({ allowed }) => allowed)).toHaveLength(all);
    expect(Math.min(...results.map(({ remaining }) => remaining))).toBe(0);
  });

  test('forgets a key when it has everything again', async () => {
    const client = server.client();
    const store = redisRateLimitStore(client, { prefix: `${algorithm}:` });
    await store.consume('a', 3, { ...policy, window: 1000 });
    expect(await client.keys(`${algorithm}:*`)).toEqual([`${algorithm}:a`]);
    const left = await client.pttl(`${algorithm}:a`);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(1002);
    await store.consume('b', 0, policy);
    expect(await client.exists(`${algorithm}:b`)).toBe(0);
  });

  test('a cost above all that there can be never fits', async () => {
    const store = redisRateLimitStore(server.client());
    expect(await store.consume(`${algorithm} cost`, 12, policy)).toMatchObject({
      allowed: false,
      retryAfter: Infinity,
    });
  });

  test('does exactly what it does in memory', async () => {
    const client = server.client();
    let now = 0;
    const clock = (name: RateLimitAlgorithm): string =>
      rateLimitScript(name, '\nlocal now = tonumber(ARGV[5])');
    // The time is one more argument.
    const withTime = {
      call: (command: string, args: (string | number | Uint8Array)[]) =>
        client.call(command, [...args, now] as string[]),
      callBuffer: () => Promise.reject(new Error('not used')),
    };
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          limit: fc.integer({ min: 1, max: 20 }),
          // Redis itself does not know of this clock, and must not forget a key while a run lasts.
          window: fc.constantFrom(3_600_000, 3_600_001, DAY),
          burst: fc.integer({ min: 1, max: 25 }),
        }),
        fc.array(
          fc.tuple(fc.constantFrom(0, 0.0001, 0.01, 0.03, 0.1, 0.5, 1, 3), fc.integer({ min: 0, max: 3 })),
          { maxLength: 40 },
        ),
        async (given, requests) => {
          now = Date.now();
          vi.spyOn(performance, 'timeOrigin', 'get').mockReturnValue(0);
          vi.spyOn(performance, 'now').mockImplementation(() => now);
          const store = new RedisRateLimitStore(withTime, `${algorithm} ${(run += 1)}:`, clock);
          const memory = memoryRateLimitStore();
          for (const [after, cost] of requests) {
            now += after * given.window;
            const current = { ...given, algorithm };
            expect(await store.consume('k', cost, current)).toEqual(await memory.consume('k', cost, current));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

test('sends a script again if Redis has lost it', async () => {
  const client = server.client();
  const store = redisRateLimitStore(client);
  const policy: RateLimitPolicy = { algorithm: 'sliding-window', limit: 5, window: DAY, burst: 5 };
  expect(await store.consume('script', 1, policy)).toMatchObject({ remaining: 4 });
  await client.script('FLUSH');
  expect(await store.consume('script', 1, policy)).toMatchObject({ remaining: 3 });
});

test('puts the prefix of the client before each key', async () => {
  const store = redisRateLimitStore(server.client({ keyPrefix: 'mine:' }), { prefix: 'limits:' });
  await store.consume('a', 1, { algorithm: 'token-bucket', limit: 5, window: DAY, burst: 5 });
  expect(await server.client().exists('mine:limits:a')).toBe(1);
});

test('rejects if Redis refuses', async () => {
  const client = server.client();
  await client.lpush('blaize:rate-limit:list', 'x');
  const policy: RateLimitPolicy = { algorithm: 'token-bucket', limit: 5, window: DAY, burst: 5 };
  await expect(redisRateLimitStore(client).consume('list', 1, policy)).rejects.toThrow('WRONGTYPE');
});

test('refuses what is no client, and options that it does not have', () => {
  expect(() => redisRateLimitStore({ sendCommand: () => undefined } as never)).toThrow(
    'client: expected a client of ioredis or iovalkey, received an object. That of the package `redis` sends commands in another way.',
  );
  expect(() => redisRateLimitStore('redis://:password@localhost' as never, 'app:' as never)).toThrow(
    'The options of redisRateLimitStore() have 2 problems:\n' +
      '  - client: expected a client of ioredis or iovalkey, received "(27 characters)". Write `new Redis(url)`.\n' +
      '  - options: expected an object of options, such as { prefix: "app:" }, received "app:"',
  );
  const client = server.client();
  expect(() => redisRateLimitStore(client, { prefx: 'a' } as never)).toThrow('Did you mean `prefix`?');
  expect(() => redisRateLimitStore(client, { prefix: '' })).toThrow(
    'prefix: expected a string that is not empty',
  );
});
