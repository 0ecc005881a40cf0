import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { responseCache } from '../../src/response-cache.ts';
import { cachedApp, FRESH, gate, numbered, turns } from './cached-app.ts';

describe('requests at the same time', () => {
  test.each(['http1', 'http2'] as const)('100 over %s run the handler once', async (protocol) => {
    let runs = 0;
    const { opened, open } = gate();
    const cache = responseCache();
    await using app = await startTestServer({ mode: 'production', middleware: [cache] });
    app.server.router.addRoute('GET', '/', {
      handler: async ({ response }) => {
        runs += 1;
        await opened;
        return response.headers(FRESH).text('one');
      },
    });
    const asked = Array.from({ length: 100 }, () => app[protocol].request('/'));
    await expect.poll(() => runs).toBe(1);
    await turns(20);
    open();
    const answers = await Promise.all(asked);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(Array(100).fill('one'));
    expect(runs).toBe(1);
    expect(cache.stats()).toMatchObject({ misses: 1 });
    expect(cache.stats().hits + cache.stats().collapsed).toBe(99);
  });

  test('say that they were collapsed', async () => {
    const { opened, open } = gate();
    const { get, runs } = await cachedApp(async ({ response }) => {
      await opened;
      return response.headers(FRESH).text('one');
    });
    const asked = [get(), get()];
    await expect.poll(runs).toBe(1);
    await turns(20);
    open();
    const [first, second] = await Promise.all(asked);
    expect(first?.headers.get('cache-status')).toBe('blaize; fwd=uri-miss; stored');
    expect(second?.headers.get('cache-status')).toBe('blaize; fwd=uri-miss; collapsed');
    expect(second?.headers.get('age')).toBe('0');
  });

  test.each([
    ['private', { 'cache-control': 'private, max-age=60' }],
    ['a cookie', { ...FRESH, 'set-cookie': 'user=7' }],
    ['no-store', { 'cache-control': 'no-store' }],
    ['no lifetime', {}],
    ['Vary: *', { ...FRESH, vary: '*' }],
  ])('each run if the answer turns out not to be for all: %s', async (_name, headers) => {
    const { opened, open } = gate();
    const { get, runs } = await cachedApp(async ({ response, request }) => {
      await opened;
      return response.headers(headers).text(request.header('x-user') ?? '');
    });
    const asked = Array.from({ length: 20 }, (_, index) =>
      get('/', { headers: { 'x-user': String(index) } }),
    );
    await turns();
    open();
    const answers = await Promise.all((await Promise.all(asked)).map((answer) => answer.text()));
    expect(answers).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
    expect(runs()).toBe(20);
  });

  test('do not wait for each other once it is known that the answer is private', async () => {
    const { opened, open } = gate();
    const { get, runs } = await cachedApp(async ({ response }, run) => {
      if (run > 1) await opened;
      return response.header('cache-control', 'private').text('');
    });
    await get();
    const asked = [get(), get(), get()];
    await expect.poll(runs).toBe(4);
    open();
    await Promise.all(asked);
  });

  test.each(['http1', 'http2'] as const)(
    'are answered if the client of the first one leaves, %s',
    async (protocol) => {
      let runs = 0;
      const first = gate();
      await using app = await startTestServer({ mode: 'production', middleware: [responseCache()] });
      app.server.router.addRoute('GET', '/', {
        handler: async ({ request, response }) => {
          runs += 1;
          if (runs === 1) {
            await new Promise((_, reject) => {
              request.signal.addEventListener('abort', () => reject(new Error('The client left.')));
              first.open();
            });
          }
          return response.headers(FRESH).text('one');
        },
      });
      const controller = new AbortController();
      const leaving = app[protocol].request('/', { signal: controller.signal }).catch(() => 'left');
      await first.opened;
      const waiting = Array.from({ length: 10 }, () => app[protocol].request('/'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.abort();
      expect(await leaving).toBe('left');
      const answers = await Promise.all((await Promise.all(waiting)).map((answer) => answer.text()));
      expect(answers).toEqual(Array(10).fill('one'));
      expect(runs).toBe(2);
    },
  );

  test('run after a while if the first one hangs', async () => {
    const { opened, open } = gate();
    const { get, runs } = await cachedApp(
      async ({ response }, run) => {
        if (run === 1) await opened;
        return response.headers(FRESH).text(`answer ${run}`);
      },
      { collapseTimeout: 50 },
    );
    const hanging = get();
    await turns();
    const rest = await Promise.all([get(), get(), get()]);
    expect(await Promise.all(rest.map((answer) => answer.text()))).toEqual(Array(3).fill('answer 2'));
    expect(runs()).toBe(2);
    open();
    expect(await (await hanging).text()).toBe('answer 1');
  });

  test('run the handler each if it fails, and nothing is kept', async () => {
    const { opened, open } = gate();
    const { get, runs } = await cachedApp(async () => {
      await opened;
      throw new Error('No.');
    });
    const asked = [get(), get(), get()];
    await turns();
    open();
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([500, 500, 500]);
    expect(runs()).toBe(3);
    expect((await get()).status).toBe(500);
    expect(runs()).toBe(4);
  });

  test('only so many wait; the others run', async () => {
    const { opened, open } = gate();
    const { get, runs } = await cachedApp(
      async ({ response }) => {
        await opened;
        return response.headers(FRESH).text('');
      },
      { maxWaiters: 2 },
    );
    const asked = Array.from({ length: 5 }, () => get());
    await expect.poll(runs).toBe(3);
    open();
    await Promise.all(asked);
    expect(runs()).toBe(3);
  });

  test('with 0 waiters all run', async () => {
    const { get, runs } = await cachedApp(numbered, { maxWaiters: 0 });
    await Promise.all([get(), get()]);
    expect(runs()).toBe(2);
    expect(await (await get()).text()).toMatch(/answer/);
    expect(runs()).toBe(2);
  });

  test('of other variants each run once', async () => {
    const { opened, open } = gate();
    const { get, runs } = await cachedApp(async ({ request, response }) => {
      await opened;
      return response
        .headers({ ...FRESH, vary: 'accept-language' })
        .text(request.header('accept-language') ?? '');
    });
    const asked = ['de', 'en', 'de', 'en', 'fr', 'fr'].map((language) =>
      get('/', { headers: { 'accept-language': language } }),
    );
    await turns();
    open();
    const answers = await Promise.all((await Promise.all(asked)).map((answer) => answer.text()));
    expect(answers).toEqual(['de', 'en', 'de', 'en', 'fr', 'fr']);
    expect(runs()).toBeLessThanOrEqual(6);
    for (const language of ['de', 'en', 'fr']) await get('/', { headers: { 'accept-language': language } });
    expect(runs()).toBeLessThanOrEqual(6);
  });
});
