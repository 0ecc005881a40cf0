import { createMiddleware } from '@blaizejs/middleware';
import { loadShed } from '@blaizejs/middleware/load-shed';
import { rateLimit } from '@blaizejs/middleware/rate-limit';
import { health, isProbe } from '@blaizejs/plugins/health';
import { expect, test } from 'vitest';

import { createApp } from '../src/index.ts';

const get = (path: string): Request => new Request(`http://app${path}`);

test('probes are answered under overload and above a rate limit', async () => {
  const app = createApp({
    logger: false,
    middleware: [
      rateLimit({ limit: 2, window: 60_000, key: () => 'all' }),
      loadShed({ minConcurrency: 1, maxConcurrency: 1 }),
    ],
    plugins: [health()],
  });
  let finish = (): void => undefined;
  const work = new Promise<void>((resolve) => (finish = resolve));
  app.router.addRoute('GET', '/', { handler: () => work.then(() => 'done') });
  const first = app.fetch(get('/'));
  const refused = [(await app.fetch(get('/'))).status, (await app.fetch(get('/'))).status];
  expect(refused).toEqual([503, 429]);
  for (const path of ['/health', '/ready', '/startup']) {
    const response = await app.fetch(get(path));
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.has('ratelimit')).toBe(false);
  }
  finish();
  expect((await first).status).toBe(200);
  await app.close();
});

test('other middleware can leave probes out', async () => {
  const closed = createMiddleware({
    name: 'closed',
    onRequest: (ctx) => ctx.response.status(403).text('no'),
    skip: isProbe,
  });
  const app = createApp({ logger: false, middleware: [closed], plugins: [health()] });
  expect((await app.fetch(get('/health'))).status).toBe(200);
  expect((await app.fetch(get('/nowhere'))).status).toBe(403);
  await app.close();
});

test('probes work without sockets', async () => {
  const app = createApp({ logger: false, plugins: [health({ details: true })] });
  const response = await app.fetch(get('/ready'));
  expect([response.status, await response.json()]).toEqual([200, { status: 'pass', checks: {} }]);
  await app.close();
});
