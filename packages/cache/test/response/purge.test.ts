import type { KeyValueStore } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';

import { memoryStore } from '../../src/memory-store.ts';
import { cachedApp, FRESH, gate, methodsOf, numbered, turns } from './cached-app.ts';

describe('invalidate()', () => {
  test('removes the answers with a tag', async () => {
    const { get, cache } = await cachedApp((ctx, run) => {
      cache.tag(ctx, 'products', `product:${ctx.request.path.slice(1)}`);
      return ctx.response.headers(FRESH).text(`answer ${run}`);
    });
    await get('/1');
    await get('/2');
    await cache.invalidate({ tag: 'product:1' });
    expect(await (await get('/1')).text()).toBe('answer 3');
    expect(await (await get('/2')).text()).toBe('answer 2');
    await cache.invalidate({ tag: 'products' });
    expect(await (await get('/2')).text()).toBe('answer 4');
  });

  test('takes tags from the option', async () => {
    const { get, cache, runs } = await cachedApp(numbered, { tags: ({ request }) => [request.path] });
    await get('/1');
    await cache.invalidate({ tag: '/1' });
    await get('/1');
    expect(runs()).toBe(2);
  });

  test.each([
    [async () => ['a'], 'The `tags` of responseCache() must return a list of tags, not a promise.'],
    [() => 'a', 'The `tags` of responseCache() must return a list of tags, not a value of type string.'],
    [() => [7], 'A tag must be a text of 1 to 256 characters, not a value of type number.'],
  ])('an option that returns no tags is an error of the app: %s', async (tags, detail) => {
    const settings = { mode: 'development' } as const;
    const { get } = await cachedApp(numbered, { tags: tags as never }, { settings });
    const response = await get('/');
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ detail });
  });

  test('removes a path in all its spellings, queries, hosts and variants', async () => {
    const { get, cache, runs } = await cachedApp(({ response }, run) =>
      response.headers({ ...FRESH, vary: 'accept-language' }).text(`answer ${run}`),
    );
    const all = [
      () => get('/products'),
      () => get('/products?page=2'),
      () => get('/%70roducts?page=3'),
      () => get('/products', { host: 'other.example' }),
      () => get('/products', { headers: { 'accept-language': 'de' } }),
    ];
    for (const each of all) await each();
    const before = runs();
    await cache.invalidate({ path: '/products' });
    for (const each of all) expect((await each()).headers.get('cache-status')).not.toContain('hit');
    expect(runs()).toBe(before * 2);
  });

  test.each([
    {},
    { tag: '' },
    { path: 'products' },
    { path: '/products?page=1' },
    { tag: 'a', path: '/a' },
    { tags: ['a'] },
  ])('refuses %o', async (target) => {
    const { cache } = await cachedApp(numbered);
    await expect(cache.invalidate(target as never)).rejects.toThrow(TypeError);
  });

  test('rejects if the store fails', async () => {
    const store: KeyValueStore = {
      ...methodsOf(memoryStore()),
      deleteTag: () => Promise.reject(new Error('Away.')),
    };
    const { cache } = await cachedApp(numbered, { store });
    await expect(cache.invalidate({ tag: 'a' })).rejects.toThrow('Away.');
  });
});

describe('a purge beats requests under way', () => {
  test.each([
    ['by tag', { tag: 'products' }],
    ['by path', { path: '/products' }],
  ])('%s', async (_name, target) => {
    const { opened, open } = gate();
    let value = 'old';
    const { get, cache, runs } = await cachedApp(async (ctx, run) => {
      cache.tag(ctx, 'products');
      const read = value;
      if (run === 1) await opened;
      return ctx.response.headers(FRESH).text(read);
    });
    const slow = get('/products');
    await expect.poll(runs).toBe(1);
    value = 'new';
    await cache.invalidate(target);
    // It does not wait for the one that has read the old value.
    const after = await get('/products');
    expect(await after.text()).toBe('new');
    open();
    expect(await (await slow).text()).toBe('old');
    await turns();
    expect(await (await get('/products')).text()).toBe('new');
    expect(runs()).toBe(2);
  });

  test('of an unsafe method', async () => {
    const { opened, open } = gate();
    const { get, runs, app } = await cachedApp(async ({ response }, run) => {
      if (run === 1) await opened;
      return response.headers(FRESH).text(`answer ${run}`);
    });
    const slow = get('/a');
    await expect.poll(runs).toBe(1);
    await app.fetch(new Request('https://shop.example/a', { method: 'POST' }));
    open();
    await slow;
    await turns();
    expect(await (await get('/a')).text()).toBe('answer 2');
  });

  test('of another process that shares the store', async () => {
    const store = memoryStore();
    const { opened, open } = gate();
    const one = await cachedApp(
      async ({ response }, run) => {
        if (run === 1) await opened;
        return response.headers(FRESH).text(`answer ${run}`);
      },
      { store },
    );
    const other = await cachedApp(numbered, { store });
    const slow = one.get('/a');
    await expect.poll(one.runs).toBe(1);
    await other.cache.invalidate({ path: '/a' });
    open();
    await slow;
    await turns();
    expect(await (await one.get('/a')).text()).toBe('answer 2');
  });
});

describe('unsafe methods', () => {
  test('do not remove what another host or a refused request names', async () => {
    const { get, app, runs } = await cachedApp(
      numbered,
      {},
      {
        outside: [(ctx, next) => (ctx.request.header('x-refuse') ? void ctx.response.status(302) : next())],
      },
    );
    await get('/a');
    await app.fetch(new Request('https://shop.example/a', { method: 'POST', headers: { 'x-refuse': '1' } }));
    await app.fetch(new Request('https://other.example/a', { method: 'POST' }));
    await get('/a');
    expect(runs()).toBe(1);
  });
});
