import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { cachedApp, gate, turns } from './cached-app.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const pass = (seconds: number): void => void vi.setSystemTime(Date.now() + seconds * 1_000);

describe('stale-while-revalidate', () => {
  const REVALIDATED = { 'cache-control': 'max-age=10, stale-while-revalidate=60' };

  test('sends the stale answer at once, and fetches a new one behind it, once', async () => {
    const { opened, open } = gate();
    const { get, runs, cache } = await cachedApp(async ({ response }, run) => {
      if (run > 1) await opened;
      return response.headers(REVALIDATED).text(`answer ${run}`);
    });
    await get();
    pass(20);
    const stale = await Promise.all([get(), get(), get()]);
    expect(await Promise.all(stale.map((answer) => answer.text()))).toEqual(Array(3).fill('answer 1'));
    expect(stale[0].headers.get('cache-status')).toBe('blaize; hit; ttl=-10');
    expect(stale[0].headers.get('age')).toBe('20');
    await expect.poll(runs).toBe(2);
    open();
    await expect.poll(async () => (await get()).text()).toBe('answer 2');
    expect(runs()).toBe(2);
    expect(cache.stats()).toMatchObject({ stale: expect.any(Number) as number });
  });

  test('ends with its time', async () => {
    const { get } = await cachedApp(({ response }, run) =>
      response.headers(REVALIDATED).text(`answer ${run}`),
    );
    await get();
    pass(71);
    expect(await (await get()).text()).toBe('answer 2');
  });

  test('keeps the stale answer if the new one fails, and tells of it', async () => {
    const lines: unknown[] = [];
    const log = { info() {}, debug() {}, error() {}, warn: (...line: unknown[]) => lines.push(line) };
    const logger = { ...log, child: () => logger };
    const { get, runs } = await cachedApp(
      ({ response }, run) => {
        if (run > 1) throw new Error('No.');
        return response.headers(REVALIDATED).text('answer 1');
      },
      {},
      { settings: { logger: logger as never } },
    );
    const path = '/a;token=hunter2';
    await get(path);
    pass(20);
    await get(path);
    await expect.poll(runs).toBe(2);
    await turns();
    expect(await (await get(path)).text()).toBe('answer 1');
    expect(JSON.stringify(lines)).toContain('could not be renewed');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  test('does not store a new answer that is private', async () => {
    const { get, runs } = await cachedApp(({ response }, run) =>
      response.headers(run === 1 ? REVALIDATED : { 'cache-control': 'private' }).text(`answer ${run}`),
    );
    await get();
    pass(20);
    await get();
    await expect.poll(runs).toBe(2);
    await turns();
    expect(await (await get()).text()).toBe('answer 1');
  });

  test('works behind middleware, whose hooks run as well', async () => {
    let hooks = 0;
    const { get, runs } = await cachedApp(
      ({ response, state }, run) =>
        response.headers(REVALIDATED).text(`${(state as { name?: string }).name} ${run}`),
      {},
      {
        outside: [
          { name: 'outside', onRequest: ({ state }) => void Object.assign(state, { name: 'answer' }) },
          { name: 'hook', onSend: () => void (hooks += 1) },
        ],
      },
    );
    await get();
    pass(20);
    await get();
    await expect.poll(runs).toBe(2);
    await expect.poll(async () => (await get()).text()).toBe('answer 2');
    expect(hooks).toBeGreaterThanOrEqual(3);
  });

  test('can be an option, which must-revalidate overrides', async () => {
    for (const [cacheControl, expected] of [
      ['max-age=10', 'answer 1'],
      ['max-age=10, must-revalidate', 'answer 2'],
      ['s-maxage=10', 'answer 2'],
      ['s-maxage=10, stale-while-revalidate=60', 'answer 1'],
    ] as const) {
      const { get } = await cachedApp(
        ({ response }, run) => response.header('cache-control', cacheControl).text(`answer ${run}`),
        { staleWhileRevalidate: 60_000 },
      );
      await get();
      pass(20);
      expect(await (await get()).text(), cacheControl).toBe(expected);
    }
  });
});

describe('stale-if-error', () => {
  test('sends the stale answer instead of a failure, to all who wait', async () => {
    const { get, runs } = await cachedApp(
      ({ response }, run) => {
        if (run > 1) throw new Error('No.');
        return response.header('cache-control', 'max-age=10').text('answer 1');
      },
      { staleIfError: 60_000 },
    );
    await get();
    pass(20);
    const answers = await Promise.all([get(), get()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0].headers.get('cache-status')).toBe('blaize; fwd=stale; fwd-status=500');
    expect(answers[0].headers.get('content-type')).toMatch('text/plain');
    expect(runs()).toBeLessThanOrEqual(3);
    pass(60);
    expect((await get()).status).toBe(500);
  });
});

describe('a sliding lifetime', () => {
  test('is prolonged by each use, up to its end', async () => {
    const { get } = await cachedApp(({ response }, run) => response.text(`answer ${run}`), {
      ttl: { sliding: 10_000, max: 25_000 },
    });
    await get();
    const texts: string[] = [];
    for (let use = 0; use < 4; use += 1) {
      pass(7);
      texts.push(await (await get()).text());
      await turns();
    }
    expect(texts).toEqual(['answer 1', 'answer 1', 'answer 1', 'answer 2']);
  });

  test('ends without use', async () => {
    const { get } = await cachedApp(({ response }, run) => response.text(`answer ${run}`), {
      ttl: { sliding: 10_000, max: 25_000 },
    });
    await get();
    pass(11);
    expect(await (await get()).text()).toBe('answer 2');
  });
});
