import { setTimeout as sleep } from 'node:timers/promises';
import { loadShed } from '@blaizejs/middleware/load-shed';
import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

const PROTOCOLS = ['http1', 'http2'] as const;

/** A handler whose answers wait until they are released. */
function gate() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    handler: () => new Promise<string>((resolve) => waiting.push(() => resolve('hello'))),
    open: () => {
      for (const release of waiting.splice(0)) release();
    },
  };
}

const FEW = { minConcurrency: 2, maxConcurrency: 2 };

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test('refuses what is too much, with problem details and Retry-After, and never a health check', async () => {
    const { waiting, handler, open } = gate();
    const limit = loadShed({ ...FEW, retryAfter: 3, skip: ({ route }) => route?.pattern === '/health' });
    await using app = await startTestServer({ middleware: [limit] });
    app.server.router.addRoute('GET', '/', { handler });
    app.server.router.addRoute('GET', '/health', { handler: () => 'ok' });
    const admitted = [app[protocol].request('/'), app[protocol].request('/')];
    await expect.poll(() => waiting.length).toBe(2);

    const refused = await app[protocol].request('/');
    expect(refused.status).toBe(503);
    expect(['3', '4', '5', '6']).toContain(refused.headers.get('retry-after'));
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({
      status: 503,
      code: 'ERR_BLAIZE_OVERLOADED',
      correlationId: refused.headers.get('x-correlation-id'),
    });
    expect((await app[protocol].request('/nowhere')).status).toBe(503);
    expect((await app[protocol].request('/health')).status).toBe(200);

    open();
    expect((await Promise.all(admitted)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await app[protocol].request('/nowhere')).status).toBe(404);
  });

  test('gives the place of a request back, however it ends', async () => {
    const { waiting, handler, open } = gate();
    await using app = await startTestServer({ middleware: [loadShed(FEW)] });
    const { router } = app.server;
    router.addRoute('GET', '/', { handler });
    router.addRoute('GET', '/late', { handlerTimeout: 20, handler: () => new Promise(() => undefined) });
    router.addRoute('GET', '/throws', {
      handler: () => {
        throw new Error('sync');
      },
    });
    router.addRoute('GET', '/rejects', { handler: () => Promise.reject(new Error('async')) });
    const client = app[protocol];
    for (const path of ['/throws', '/rejects', '/late', '/nowhere']) {
      for (let i = 0; i < 3; i++) {
        const { status } = await client.request(path);
        expect(`${path} ${status}`).toBe(
          `${path} ${path === '/late' ? 503 : path === '/nowhere' ? 404 : 500}`,
        );
      }
    }
    const abort = new AbortController();
    const left = [client.request('/', abort), client.request('/', abort)];
    await expect.poll(() => waiting.length).toBe(2);
    abort.abort();
    await Promise.allSettled(left);
    await expect.poll(async () => (await client.request('/nowhere')).status).toBe(404);
    open();
  });
});

test('refuses requests while the event loop is late, and none when that is over', async () => {
  await using app = await startTestServer({
    middleware: [loadShed({ maxEventLoopDelay: 20 })],
    http2: { enabled: false },
  });
  app.server.router.addRoute('GET', '/', { handler: () => 'hello' });
  expect((await app.http1.request('/')).status).toBe(200);
  for (let i = 0; i < 10; i++) {
    block(150);
    await sleep(1);
  }
  const statuses: number[] = [];
  for (let i = 0; i < 5; i++) statuses.push((await app.http1.request('/')).status);
  expect(statuses).toContain(503);
  await expect.poll(async () => (await app.http1.request('/')).status).toBe(200);
});

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test.each<[object, string]>([
  [{ minConcurrency: 0 }, 'minConcurrency: expected a whole number above 0'],
  [{ maxConcurrency: 5 }, 'maxConcurrency: expected at least `minConcurrency`, which is 10'],
  [{ maxEventLoopDelay: -1 }, 'maxEventLoopDelay: expected a whole number, or 0 for no limit'],
  [{ maxEventLoopUtilization: 1 }, 'maxEventLoopUtilization: expected a number from 0 (no limit) to below 1'],
  [{ maxHeapUsage: 90 }, 'maxHeapUsage: expected a number from 0 (no limit) to below 1'],
  [{ maxRss: '1GB' }, 'maxRss: expected a whole number, or 0 for no limit'],
  [{ onChange: true }, 'onChange: expected a function'],
  [{ retryAfter: 0 }, 'retryAfter: expected a whole number above 0'],
  [{ skip: '/health' }, 'skip: expected a function'],
  [{ maxConcurency: 5 }, 'Did you mean `maxConcurrency`?'],
])('refuses %j', (options, message) => {
  expect(() => loadShed(options)).toThrow(
    expect.objectContaining({
      code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS',
      message: expect.stringContaining(message) as string,
    }),
  );
});
