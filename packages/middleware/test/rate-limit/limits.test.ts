import { createMiddleware } from '@blaizejs/middleware';
import {
  memoryRateLimitStore,
  rateLimit,
  type RateLimitAlgorithm,
  type RateLimitStore,
} from '@blaizejs/middleware/rate-limit';
import type { TestClient } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { PROTOCOLS, serve } from './serve.ts';

const HOUR = 3_600_000;
const WINDOWS: readonly RateLimitAlgorithm[] = ['sliding-window', 'fixed-window', 'token-bucket'];

/** Sends requests one after another, and returns their statuses. */
async function statuses(
  client: TestClient,
  requests: readonly (readonly [path: string, headers?: Record<string, string>])[],
): Promise<number[]> {
  const list: number[] = [];
  for (const [path, headers = {}] of requests) list.push((await client.request(path, { headers })).status);
  return list;
}

/** A store whose answers take a moment, as those of other processes do. */
function distant(store: RateLimitStore = memoryRateLimitStore()): RateLimitStore {
  return {
    consume: async (...args) => {
      await new Promise(setImmediate);
      return store.consume(...args);
    },
  };
}

describe.each(PROTOCOLS)('over %s', (protocol) => {
  // 200 TLS handshakes would take most of the time.
  const options = protocol === 'http1' ? { http2: { enabled: false } } : {};

  test.each(WINDOWS)('of 200 requests at once, a %s lets as many through as it says', async (algorithm) => {
    await using app = await serve([rateLimit({ limit: 50, window: HOUR, algorithm })], options);
    const answers = await Promise.all(Array.from({ length: 200 }, () => app[protocol].request('/')));
    await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(150);
    expect(answers.every(({ headers }) => headers.has('ratelimit'))).toBe(true);
  });

  test('so it does with a store that takes its time', async () => {
    await using app = await serve([rateLimit({ limit: 50, window: HOUR, store: distant() })], options);
    const answers = await Promise.all(Array.from({ length: 200 }, () => app[protocol].request('/')));
    await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
  });

  test('requests at once leave a leaky bucket at its pace', async () => {
    const at: number[] = [];
    const note = createMiddleware({ name: 'note', onRequest: () => void at.push(performance.now()) });
    const limit = rateLimit({ limit: 20, window: 1000, algorithm: 'leaky-bucket', burst: 4 });
    await using app = await serve([limit, note]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => app[protocol].request('/')));
    // While they arrived, one or two more may have had their turn.
    expect(at.length).toBeGreaterThanOrEqual(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20 - at.length);
    // Timers are a millisecond early at times, never more.
    expect(at.at(-1)! - at[0]!).toBeGreaterThan((at.length - 1) * 50 - 10);
  });

  test('whoever sends a key twice counts for one client', async () => {
    const limit = rateLimit({ limit: 1, window: HOUR, key: ({ request }) => request.header('x-api-key') });
    await using app = await serve([limit]);
    const twice = new Headers([
      ['x-api-key', 'a'],
      ['x-api-key', 'a'],
    ]);
    const list = [];
    for (let i = 0; i < 2; i++) list.push((await app[protocol].request('/', { headers: twice })).status);
    expect(list).toEqual([200, 429]);
  });
});

describe('a client', () => {
  test('is not who it says it is, unless a proxy that the server trusts says so', async () => {
    await using app = await serve([rateLimit({ limit: 1, window: HOUR })]);
    const list = await statuses(app.http1, [
      ['/', { 'x-forwarded-for': '192.0.2.1' }],
      ['/', { 'x-forwarded-for': '192.0.2.2' }],
      ['/', { forwarded: 'for=192.0.2.3' }],
    ]);
    expect(list).toEqual([200, 429, 429]);
  });

  test('is who the trusted proxy says, an IPv4 address in each spelling', async () => {
    await using app = await serve([rateLimit({ limit: 1, window: HOUR })], { trustProxy: ['loopback'] });
    const list = await statuses(app.http2, [
      ['/', { 'x-forwarded-for': '192.0.2.1' }],
      ['/', { 'x-forwarded-for': '198.51.100.7, 192.0.2.1' }],
      ['/', { 'x-forwarded-for': '::ffff:192.0.2.1' }],
      ['/', { 'x-forwarded-for': '::ffff:c000:201' }],
      ['/', { 'x-forwarded-for': '192.0.2.2' }],
    ]);
    expect(list).toEqual([200, 429, 429, 429, 200]);
  });

  test('has a network of 64 bits over IPv6', async () => {
    await using app = await serve([rateLimit({ limit: 1, window: HOUR })], { trustProxy: ['loopback'] });
    const list = await statuses(app.http2, [
      ['/', { 'x-forwarded-for': '2001:db8:0:1::1' }],
      ['/', { 'x-forwarded-for': '2001:db8:0:1:ffff:ffff:ffff:ffff' }],
      ['/', { 'x-forwarded-for': '2001:db8:0:2::1' }],
    ]);
    expect(list).toEqual([200, 429, 200]);
  });
});

describe('a key', () => {
  test('counts each user, and by address those who are none', async () => {
    const limit = rateLimit({ limit: 1, window: HOUR, key: ({ request }) => request.header('x-user') });
    await using app = await serve([limit]);
    const list = await statuses(app.http1, [
      ['/', { 'x-user': 'a' }],
      ['/', { 'x-user': 'b' }],
      ['/', { 'x-user': 'a' }],
      ['/'],
      ['/', { 'x-user': '' }],
      // The name of the client that was counted by its address.
      ['/', { 'x-user': '127.0.0.1' }],
    ]);
    expect(list).toEqual([200, 200, 429, 200, 429, 200]);
  });

  test('reads what middleware before it has found out', async () => {
    const user = createMiddleware<{ user: number }>({
      name: 'user',
      onRequest: ({ state, request }) => void (state.user = Number(request.header('x-user'))),
    });
    const limit = rateLimit<{ user: number }>({ limit: 1, window: HOUR, key: ({ state }) => state.user });
    await using app = await serve([user, limit]);
    const list = await statuses(app.http1, [
      ['/', { 'x-user': '1' }],
      ['/', { 'x-user': '2' }],
      ['/', { 'x-user': '1' }],
    ]);
    expect(list).toEqual([200, 200, 429]);
  });

  test('goes to a store as a hash, however long it is, as it may be a secret', async () => {
    const keys: string[] = [];
    const store = memoryRateLimitStore();
    const spy: RateLimitStore = {
      consume: (key, ...rest) => {
        keys.push(key);
        return store.consume(key, ...rest);
      },
    };
    const key = ({ request }: { request: { header(name: string): string | undefined } }) =>
      request.header('x-key');
    await using app = await serve([rateLimit({ limit: 1, window: HOUR, key, store: spy })]);
    const long = 'a'.repeat(10_000);
    const list = await statuses(app.http1, [
      ['/', { 'x-key': 'secret' }],
      ['/', { 'x-key': long }],
      ['/', { 'x-key': `${long}b` }],
      ['/', { 'x-key': long }],
    ]);
    expect(list).toEqual([200, 200, 200, 429]);
    expect(Math.max(...keys.map(({ length }) => length))).toBeLessThan(100);
    expect(keys.join()).not.toContain('secret');
  });

  test('that is a promise is an error of the app, not a limit for all', async () => {
    const limit = rateLimit({ limit: 1, key: (async () => 'a') as never });
    await using app = await serve([limit]);
    const response = await app.http1.request('/');
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      detail: 'The `key` of rateLimit() must return a string, a number or undefined, not a promise.',
    });
  });
});

test.each([
  [async () => 1, 'a promise'],
  [() => -1, '-1'],
  [() => '1', 'a value of type string'],
])('a cost of %s is an error of the app', async (cost, came) => {
  await using app = await serve([rateLimit({ limit: 1, cost: cost as never })]);
  const response = await app.http2.request('/');
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    detail: `The \`cost\` of rateLimit() must return a whole number, not ${came}.`,
  });
});

test('each route counts for itself if it should, and paths of one route do not', async () => {
  await using app = await serve([rateLimit({ limit: 1, window: HOUR, perRoute: true })]);
  const list = await statuses(app.http2, [
    ['/'],
    ['/items/1'],
    ['/items/2'],
    ['/nowhere'],
    ['/elsewhere'],
    ['/'],
  ]);
  expect(list).toEqual([200, 200, 429, 404, 429, 429]);
});

test('requests cost what the function says', async () => {
  const limit = rateLimit({
    limit: 10,
    window: HOUR,
    cost: ({ request }) => Number(request.header('x-cost')),
  });
  await using app = await serve([limit]);
  const seen = [];
  for (const cost of ['7', '4', '3', '0', '1', '11', '-1']) {
    const { status, headers } = await app.http1.request('/', { headers: { 'x-cost': cost } });
    seen.push([status, headers.get('ratelimit')?.split(';')[1], headers.has('retry-after')]);
  }
  expect(seen).toEqual([
    [200, 'r=3', false],
    [429, 'r=3', true],
    [200, 'r=0', false],
    [200, 'r=0', false],
    [429, 'r=0', true],
    // It would never be allowed.
    [429, 'r=0', false],
    [500, 'r=0', false],
  ]);
});

test('two limits with one store count apart', async () => {
  const store = memoryRateLimitStore();
  const limits = ['a', 'b'].map((name) => rateLimit({ limit: 2, window: HOUR, name, store }));
  await using app = await serve(limits);
  expect(await statuses(app.http1, [['/'], ['/'], ['/']])).toEqual([200, 200, 429]);
});

test('a client that leaves while it waits for its turn is not served', async () => {
  let served = 0;
  const count = createMiddleware({ name: 'count', onRequest: () => void (served += 1) });
  const limit = rateLimit({ limit: 1, window: 500, algorithm: 'leaky-bucket', burst: 5 });
  await using app = await serve([limit, count]);
  await app.http2.request('/');
  const abort = new AbortController();
  const left = app.http2.request('/', { signal: abort.signal });
  // It waits until 0.5 s have passed, this one for a second.
  const stayed = app.http2.request('/');
  setTimeout(() => abort.abort(), 100);
  await expect(left).rejects.toThrow();
  expect((await stayed).status).toBe(200);
  expect(served).toBe(2);
});
