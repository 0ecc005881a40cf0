import { createApp } from '@blaizejs/app';
import { afterEach, expect, test, vi } from 'vitest';

import { toVercel } from '../src/vercel.ts';

const CONTEXT = Symbol.for('@vercel/request-context');
const globals = globalThis as { [CONTEXT]?: unknown };

afterEach(() => {
  delete globals[CONTEXT];
  vi.unstubAllEnvs();
});

function ipApp() {
  const app = createApp({ logger: false });
  app.router.addRoute('GET', '/', { handler: ({ request }) => request.ip });
  return app;
}

const request = () =>
  new Request('https://example.com/', {
    headers: { 'x-real-ip': '192.0.2.1', 'x-forwarded-for': '10.0.0.1' },
  });

test('on Vercel, x-real-ip has the address of the client', async () => {
  const { fetch } = await toVercel(ipApp());
  expect(await (await fetch(request())).text()).toBe('');
  vi.stubEnv('VERCEL', '1');
  expect(await (await fetch(request())).text()).toBe('192.0.2.1');
});

test('the app may say where it is', async () => {
  const { fetch } = await toVercel(ipApp(), { clientIp: ({ headers }) => headers.get('x-forwarded-for') });
  expect(await (await fetch(request())).text()).toBe('10.0.0.1');
});

test('Vercel waits for work that goes on after the answer', async () => {
  const work: Promise<unknown>[] = [];
  globals[CONTEXT] = { get: () => ({ waitUntil: (promise: Promise<unknown>) => void work.push(promise) }) };
  const app = createApp({ logger: false });
  app.router.addRoute('GET', '/', {
    handler: (ctx) => {
      ctx.waitUntil(Promise.resolve());
      return 'x';
    },
  });
  const { fetch } = await toVercel(app);
  expect((await fetch(request())).status).toBe(200);
  expect(work).toHaveLength(1);
});

test('an unknown option is refused', async () => {
  // @ts-expect-error there is no such option
  await expect(toVercel(ipApp(), { region: 'fra1' })).rejects.toMatchObject({
    code: 'ERR_BLAIZE_CONFIGURATION',
  });
});
