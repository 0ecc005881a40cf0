import { connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';

import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { responseCache } from '../../src/response-cache.ts';
import { cachedApp, FRESH, numbered } from './cached-app.ts';

describe('the key', () => {
  test('has the host: what a client makes up there, others do not get', async () => {
    const { get } = await cachedApp(({ request, response }) =>
      response.headers(FRESH).text(request.url.href),
    );
    expect(await (await get('/', { host: 'evil.example' })).text()).toBe('https://evil.example/');
    expect(await (await get('/', { host: 'shop.example' })).text()).toBe('https://shop.example/');
    expect(await (await get('/', { host: 'shop.example:444' })).text()).toBe('https://shop.example:444/');
  });

  test.each(['http1', 'http2'] as const)('has what trusted proxies forward, %s', async (protocol) => {
    await using app = await startTestServer({
      trustProxy: 1,
      mode: 'production',
      middleware: [responseCache()],
    });
    app.server.router.addRoute('GET', '/', {
      handler: ({ request, response }) => response.headers(FRESH).text(request.url.origin),
    });
    const ask = async (host: string): Promise<string> =>
      (await app[protocol].request('/', { headers: { 'x-forwarded-host': host } })).text();
    expect(await ask('evil.example')).toBe('https://evil.example');
    expect(await ask('shop.example')).toBe('https://shop.example');
    expect(await ask('evil.example')).toBe('https://evil.example');
  });

  test('has the whole query as it was sent', async () => {
    const { get, runs } = await cachedApp(numbered);
    for (const query of ['', '?', '?a=1&b=2', '?b=2&a=1', '?a=1&b=2&c']) await get(`/${query}`);
    expect(runs()).toBeGreaterThanOrEqual(4);
    await get('/?b=2&a=1');
    expect(runs()).toBeLessThanOrEqual(5);
  });

  test('can have it sorted by name, with equal names in order, and without some', async () => {
    const { get, runs } = await cachedApp(numbered, { query: 'sorted', ignoreQuery: ['utm_source'] });
    await get('/?b=2&a=1');
    await get('/?a=1&b=2');
    await get('/?a=1&utm_source=x&b=2');
    await get('/?a=1&utm%5Fsource=x&b=2');
    expect(runs()).toBe(1);
    await get('/?a=1&a=2');
    await get('/?a=2&a=1');
    expect(runs()).toBe(3);
    await get('/');
    await get('/?utm_source=x');
    expect(runs()).toBe(4);
  });

  test('can have more, such as a tenant', async () => {
    const { get, runs } = await cachedApp(numbered, {
      key: ({ request }) => request.header('x-tenant') ?? '',
    });
    for (const tenant of ['a', 'b', 'a', 'b']) await get('/', { headers: { 'x-tenant': tenant } });
    expect(runs()).toBe(2);
  });

  test.each([
    [async () => 'ada', 'a promise'],
    [() => new Map([['user', 'ada']]), 'a value of type object'],
    [() => null, 'null'],
  ])('must be a text, or everybody would get the answer of the first: %s', async (key, came) => {
    const { get, runs } = await cachedApp(
      numbered,
      { key: key as never },
      { settings: { mode: 'development' } },
    );
    const response = await get('/');
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      detail: `The \`key\` of responseCache() must return a text, not ${came}.`,
    });
    expect(runs()).toBe(0);
  });

  test('of a very long URL is short, and still its own', async () => {
    const { get, runs } = await cachedApp(numbered);
    const long = `/${'a'.repeat(2_000)}`;
    await get(long);
    expect(await (await get(long)).text()).toBe('answer 1');
    await get(`${long}b`);
    expect(runs()).toBe(2);
  });
});

describe('requests', () => {
  test('HEAD is answered by a stored GET, and does not store', async () => {
    const { get, runs } = await cachedApp(numbered);
    await get('/', { method: 'HEAD' });
    await get('/');
    expect(runs()).toBe(2);
    const head = await get('/', { method: 'HEAD' });
    expect(runs()).toBe(2);
    expect(head.headers.get('content-length')).toBe('8');
    expect(head.headers.get('cache-status')).toContain('hit');
    expect(await head.text()).toBe('');
  });

  test('with If-Match go to the handler', async () => {
    const { get, runs } = await cachedApp(({ response, request }) =>
      request.header('if-match')
        ? response.status(412)
        : response.headers({ ...FRESH, etag: '"a"' }).text('a'),
    );
    await get();
    expect((await get('/', { headers: { 'if-match': '"b"' } })).status).toBe(412);
    expect(runs()).toBe(2);
    expect((await get()).status).toBe(200);
  });

  test.each(['http1', 'http2'] as const)(
    'GET with a body goes to the handler, and is not stored, %s',
    async (protocol) => {
      let runs = 0;
      await using app = await startTestServer({ mode: 'production', middleware: [responseCache()] });
      app.server.router.addRoute('GET', '/', {
        handler: async ({ request, response }) => {
          runs += 1;
          return response.headers(FRESH).text(`hello ${await request.text()}`);
        },
      });
      // No client of the Web sends one, so it is sent by hand.
      let resolve = (_text: string): void => undefined;
      const promise = new Promise<string>((settle) => (resolve = settle));
      if (protocol === 'http1') {
        const sent = httpsRequest(
          app.url,
          { method: 'GET', headers: { 'content-length': '4' } },
          (answer) => {
            void answer.toArray().then((chunks) => resolve(Buffer.concat(chunks as Buffer[]).toString()));
          },
        );
        sent.end('evil');
      } else {
        const session = connect(app.url);
        const stream = session.request({ ':method': 'GET', ':path': '/' }, { endStream: false });
        stream.end('evil');
        void stream.toArray().then((chunks) => {
          session.close();
          resolve(Buffer.concat(chunks as Buffer[]).toString());
        });
      }
      expect(await promise).toBe('hello evil');
      expect(await (await app[protocol].request('/')).text()).toBe('hello ');
      expect(runs).toBe(2);
    },
  );

  test('for parts get them from a stored answer only, and never a wrong one', async () => {
    const { get, runs } = await cachedApp(({ response }) =>
      response
        .headers({ ...FRESH, etag: '"a"' })
        .type('text/plain')
        .send(Buffer.from('0123456789')),
    );
    expect((await get('/', { headers: { range: 'bytes=0-1' } })).status).toBe(200);
    await get();
    expect(runs()).toBe(2);
    const ask = (range: string, more = {}): Promise<Response> => get('/', { headers: { range, ...more } });
    const part = await ask('bytes=2-4');
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 2-4/10',
      '234',
    ]);
    const beyond = await ask('bytes=20-');
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10']);
    for (const [range, more] of [
      ['bytes=0-1,3-4', {}],
      ['bytes=4-2', {}],
      ['lines=1-2', {}],
      ['bytes=0-1', { 'if-range': '"b"' }],
      ['bytes=0-1', { 'if-range': 'W/"a"' }],
    ] as const) {
      const whole = await ask(range, more);
      expect([whole.status, await whole.text()], range).toEqual([200, '0123456789']);
    }
    expect((await ask('bytes=0-1', { 'if-range': '"a"' })).status).toBe(206);
    expect(runs()).toBe(2);
  });

  test('no-store is not stored, but may be answered', async () => {
    const { get, runs } = await cachedApp(numbered);
    const init = { headers: { 'cache-control': 'no-store' } };
    await get('/', init);
    await get('/');
    expect(runs()).toBe(2);
    expect(await (await get('/', init)).text()).toBe('answer 2');
  });

  test('the conditions of the client are back when the answer is known', async () => {
    const seen: unknown[] = [];
    const { get } = await cachedApp(
      ({ request, response }) => {
        seen.push([request.header('if-none-match'), request.headers.get('if-none-match')]);
        return response.headers({ ...FRESH, etag: '"a"' }).text('a');
      },
      {},
      {
        outside: [
          { name: 'outside', onSend: ({ request }) => void seen.push(request.headers.get('if-none-match')) },
        ],
      },
    );
    const response = await get('/', { headers: { 'if-none-match': '"a"' } });
    expect(response.status).toBe(304);
    expect(seen).toEqual([[undefined, null], '"a"']);
    expect((await get()).headers.get('cache-status')).toContain('hit');
  });
});

test('stats() counts by route', async () => {
  const { get, cache } = await cachedApp(numbered);
  for (const path of ['/a', '/a', '/b']) await get(path);
  await get('/a', { headers: { 'if-match': '*' } });
  expect(cache.stats()).toEqual({
    hits: 1,
    stale: 0,
    collapsed: 0,
    misses: 2,
    bypassed: 1,
    hitRate: 1 / 3,
    routes: { 'GET /*': { hits: 1, stale: 0, collapsed: 0, misses: 2, bypassed: 1, hitRate: 1 / 3 } },
  });
});

test('warm() fills it before the first client asks', async () => {
  const { get, cache, app, runs } = await cachedApp(({ request, response }) => {
    if (request.path === '/missing') return response.status(404).text('');
    return response.headers(FRESH).text('');
  });
  const result = await cache.warm(app, {
    origin: 'https://shop.example',
    paths: ['/a', '/b', '/a', '/missing'],
  });
  expect(result).toEqual({ answered: 2, failed: [{ path: '/missing', status: 404 }] });
  expect((await get('/a')).headers.get('cache-status')).toContain('hit');
  expect(runs()).toBe(3);
});
