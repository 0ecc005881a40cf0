import { createMiddleware } from '@blaizejs/middleware';
import { rateLimit, type RateLimitOptions } from '@blaizejs/middleware/rate-limit';
import { inject } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { PROTOCOLS, serve } from './serve.ts';

// A whole hour, so that no unit comes back while a test runs.
const HOUR = 3_600_000;

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test.each([
    ['a value', 'GET', '/', 200],
    ['HEAD', 'HEAD', '/', 200],
    ['a stream', 'GET', '/stream', 200],
    ['304', 'GET', '/unchanged', 304],
    ['404', 'GET', '/nowhere', 404],
    ['405', 'DELETE', '/', 405],
    ['automatic OPTIONS', 'OPTIONS', '/', 204],
    ['an error', 'GET', '/fails', 500],
    ['a timeout', 'GET', '/slow', 503],
    ['a body that is too large', 'POST', '/', 413],
    ['a URL that is too long', 'GET', `/${'a'.repeat(9000)}`, 414],
  ])('%s has both headers', async (_what, method, path, status) => {
    await using app = await serve([rateLimit({ limit: 5, window: HOUR })]);
    const body = method === 'POST' ? 'a'.repeat(11) : null;
    const response = await app[protocol].request(path, { method, body });
    await response.text();
    expect(response.status).toBe(status);
    expect(response.headers.get('ratelimit-policy')).toBe('"default";q=5;w=3600');
    expect(response.headers.get('ratelimit')).toMatch(/^"default";r=[45];t=\d+$/);
    expect(response.headers.get('retry-after')).toBe(null);
  });

  test('a request above the limit gets problem details that say when to come again', async () => {
    await using app = await serve([rateLimit({ limit: 1, window: HOUR })]);
    await app[protocol].request('/');
    const response = await app[protocol].request('/items/7');
    expect(response.status).toBe(429);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      status: 429,
      title: 'Too Many Requests',
      code: 'ERR_BLAIZE_TOO_MANY_REQUESTS',
      detail: 'Too many requests. Try again in 3600 seconds.',
      details: { policy: 'default', retryAfter: 3600 },
    });
    expect(response.headers.get('ratelimit')).toBe('"default";r=0;t=3600');
    expect(response.headers.get('ratelimit-policy')).toBe('"default";q=1;w=3600');
    expect(response.headers.get('retry-after')).toBe('3600');
  });

  test('an answer has an item for each limit that holds for it', async () => {
    const limits = [
      rateLimit({ limit: 100, window: 60_000, name: 'minute' }),
      rateLimit({ limit: 1000, window: 86_400_000, algorithm: 'token-bucket', name: 'day' }),
    ];
    await using app = await serve(limits);
    const { headers } = await app[protocol].request('/');
    expect(headers.get('ratelimit-policy')).toBe('"day";q=1000;w=86400, "minute";q=100;w=60');
    expect(headers.get('ratelimit')).toBe('"day";r=999;t=87, "minute";r=99;t=60');
  });

  test('a request that other middleware refuses is told what is left, and costs nothing', async () => {
    const closed = createMiddleware({
      name: 'closed',
      onRequest: ({ response }) => void response.status(401).json({ code: 'closed' }),
    });
    await using app = await serve([closed, rateLimit({ limit: 5, window: HOUR })]);
    for (let i = 0; i < 2; i++) {
      const response = await app[protocol].request('/');
      expect(response.status).toBe(401);
      expect(response.headers.get('ratelimit')).toBe('"default";r=5;t=0');
    }
  });
});

test.each<[RateLimitOptions, string]>([
  [{ limit: 100 }, '"default";q=100;w=60'],
  [{ limit: 100, window: 500 }, '"default";q=100;w=1'],
  // A bucket of 100 that gets 10 a second is full after 10 s.
  [{ limit: 10, window: 1000, algorithm: 'token-bucket', burst: 100 }, '"default";q=100;w=10'],
  [{ limit: 10, window: 1000, algorithm: 'leaky-bucket' }, '"default";q=10;w=1'],
  [{ limit: 10, window: 86_400_000, algorithm: 'fixed-window', name: 'daily' }, '"daily";q=10;w=86400'],
])('the policy of %j is %s', async (options, policy) => {
  await using app = await serve([rateLimit(options)], { tls: false });
  const { headers } = await inject(app.server, '/');
  expect(headers.get('ratelimit-policy')).toBe(policy);
});

test('requests that are left out get no headers and cost nothing', async () => {
  await using app = await serve([
    rateLimit({ limit: 1, window: HOUR, skip: ({ request }) => request.path === '/' }),
  ]);
  for (let i = 0; i < 3; i++) {
    const { status, headers } = await app.http2.request('/');
    expect([status, headers.has('ratelimit'), headers.has('ratelimit-policy')]).toEqual([200, false, false]);
  }
  expect((await app.http2.request('/items/1')).status).toBe(200);
});
