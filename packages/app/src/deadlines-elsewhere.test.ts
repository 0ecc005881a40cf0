import { afterEach, expect, test, vi } from 'vitest';

import { createApp } from './create-app.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** An app with a handler that needs a turn, and one that never answers. */
function slowApp() {
  const app = createApp({ logger: false, limits: { handlerTimeout: 20 } });
  app.router.addRoute('GET', '/turn', {
    handler: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return 'done';
    },
  });
  app.router.addRoute('GET', '/never', { handler: () => new Promise(() => undefined) });
  return app;
}

const get = (path: string) => new Request(`https://example.com${path}`);

test('timers may be numbers, as on Deno and workers', async () => {
  const { setInterval: start } = globalThis;
  vi.spyOn(globalThis, 'setInterval').mockImplementation(((...args: Parameters<typeof start>) =>
    Number(start(...args))) as never);
  const app = slowApp();
  expect(await (await app.fetch(get('/turn'))).text()).toBe('done');
  expect((await app.fetch(get('/never'))).status).toBe(503);
});

test('in a worker, each request has a timer of its own', async () => {
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
  const intervals = vi.spyOn(globalThis, 'setInterval');
  const app = slowApp();
  expect(await (await app.fetch(get('/turn'))).text()).toBe('done');
  expect((await app.fetch(get('/never'))).status).toBe(503);
  expect(intervals).not.toHaveBeenCalled();
});
