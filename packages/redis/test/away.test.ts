import { rateLimit } from '@blaizejs/middleware/rate-limit';
import { startTestServer, type TestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { redisRateLimitStore } from '../src/index.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';

// Two that take Redis away, each with what brings it back.
const WAYS: readonly [string, (redis: RedisServer) => unknown, (redis: RedisServer) => unknown][] = [
  ['hangs', (redis) => redis.freeze(), (redis) => redis.thaw()],
  ['dies', (redis) => redis.stop(), (redis) => redis.start()],
];

async function serve(redis: RedisServer, onStoreError?: 'open' | 'closed') {
  const client = redis.client();
  const counted: string[] = [];
  const store = redisRateLimitStore(client);
  const limit = rateLimit({
    limit: 1000,
    store: {
      consume: (...args) => {
        counted.push(args[0]);
        return store.consume(...args);
      },
    },
    onStoreError,
  });
  const app = await startTestServer({ middleware: [limit], http2: { enabled: false } });
  app.server.router.addRoute('GET', '/', { handler: () => 'hello' });
  await client.ping();
  return Object.assign(app, { counted });
}

/** The status of one answer, and whether the limit was known for it. */
async function ask(app: TestServer): Promise<[number, boolean]> {
  const response = await app.http1.request('/');
  await response.text();
  expect(response.headers.get('ratelimit-policy')).toBe('"default";q=1000;w=60');
  return [response.status, response.headers.has('ratelimit')];
}

describe.each(WAYS)('if Redis %s', (_what, takeAway, bringBack) => {
  test.each([
    ['open', 200],
    ['closed', 503],
  ] as const)('a limit that fails %s answers %i at once, and recovers by itself', async (how, status) => {
    await using redis = await RedisServer.start();
    await using app = await serve(redis, how);
    const { counted } = app;
    expect(await ask(app)).toEqual([200, true]);
    await takeAway(redis);
    const before = counted.length;
    const began = performance.now();
    expect(await ask(app)).toEqual([status, false]);
    // What clients are promised is 50 ms; machines are busy at times.
    expect(performance.now() - began).toBeLessThan(1000);
    for (let i = 0; i < 20; i++) expect(await ask(app)).toEqual([status, false]);
    // Few of them have asked Redis: the others would have waited too.
    expect(counted.length - before).toBeLessThan(8);
    await bringBack(redis);
    await expect.poll(() => ask(app), { timeout: 5000, interval: 50 }).toEqual([200, true]);
  });
});

test('the answer of a limit that fails closed says why, and when to come again', async () => {
  await using redis = await RedisServer.start();
  await using app = await serve(redis, 'closed');
  await redis.stop();
  const response = await app.http1.request('/');
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toMatchObject({ code: 'ERR_BLAIZE_RATE_LIMIT_STORE', status: 503 });
});

test('the first request after Redis is back is counted, although nobody has asked in between', async () => {
  await using redis = await RedisServer.start();
  await using app = await serve(redis, 'closed');
  redis.freeze();
  expect(await ask(app)).toEqual([503, false]);
  redis.thaw();
  // The pause after a first failure.
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(await ask(app)).toEqual([200, true]);
});
