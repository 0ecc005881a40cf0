import { Readable } from 'node:stream';

import { startTestServer } from '@blaizejs/testing';
import type { AnyContext, MiddlewareInput } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';

import { responseCache } from '../../src/response-cache.ts';
import { cachedApp, FRESH, numbered } from './cached-app.ts';
import { getOver, identity, type Identity } from './identity.ts';

const answer =
  (headers: Readonly<Record<string, string>>) =>
  ({ response }: AnyContext, run: number): unknown =>
    response.text(`answer ${run}`).headers(headers);

describe('nothing is shared', () => {
  test.each([
    ['without a lifetime', {}],
    ['with a date of change only', { 'last-modified': 'Sun, 06 Nov 1994 08:49:37 GMT' }],
    ['that is public, without a lifetime', { 'cache-control': 'public' }],
    ['with a cookie', { ...FRESH, 'set-cookie': 'a=b' }],
    ['with a cookie, even if it is public', { 'cache-control': 'public, max-age=60', 'set-cookie': 'a=b' }],
    ['that is private', { 'cache-control': 'private, max-age=60' }],
    ['that is no-store', { 'cache-control': 'no-store, max-age=60' }],
    ['that depends on everything', { ...FRESH, vary: 'accept, *' }],
    ['that is a stream of events', { ...FRESH, 'content-type': 'text/event-stream' }],
  ])('%s', async (_name, headers) => {
    const { get, runs } = await cachedApp(answer(headers));
    await get();
    const second = await get();
    expect(runs()).toBe(2);
    expect(second.headers.get('cache-status')).not.toContain('hit');
    expect(second.headers.has('age')).toBe(false);
  });

  test('of a request with credentials, unless the answer says so', async () => {
    const { get, runs } = await cachedApp(numbered);
    await get('/', { headers: { authorization: 'Bearer a' } });
    expect(await (await get()).text()).toBe('answer 2');
    expect(await (await get('/', { headers: { authorization: 'Bearer b' } })).text()).toBe('answer 2');
    expect(runs()).toBe(2);
  });

  test('that outer middleware marks after the handler, as a session does', async () => {
    const outer = (name: string, value: string): MiddlewareInput => ({
      name: 'outer',
      onSend: ({ response }) => response.append(name, value),
    });
    for (const [name, value] of [
      ['vary', 'Cookie'],
      ['set-cookie', 'session=1'],
      ['cache-control', 'private'],
    ] as const) {
      const { get, runs } = await cachedApp(numbered, {}, { outside: [outer(name, value)] });
      await get();
      await get();
      expect(runs(), name).toBe(2);
    }
  });

  test('of the headers that outer middleware sets for one request', async () => {
    let count = 0;
    const id: MiddlewareInput = {
      name: 'id',
      onRequest: ({ response }) => void response.header('x-request-id', String((count += 1))),
    };
    const { get, runs } = await cachedApp(numbered, {}, { outside: [id] });
    expect((await get()).headers.get('x-request-id')).toBe('1');
    expect((await get()).headers.get('x-request-id')).toBe('2');
    expect(runs()).toBe(1);
  });
});

describe('an answer that broke off', () => {
  test.each(['http1', 'http2'] as const)('is not stored, %s', async (protocol) => {
    let runs = 0;
    await using app = await startTestServer({ mode: 'production', middleware: [responseCache()] });
    app.server.router.addRoute('GET', '/', {
      handler: ({ response }) => {
        runs += 1;
        const isWhole = runs > 1;
        const source = Readable.from(
          (function* () {
            yield 'one, ';
            if (!isWhole) throw new Error('It breaks.');
            yield 'two';
          })(),
        );
        return response.headers(FRESH).stream(source);
      },
    });
    await app[protocol]
      .request('/')
      .then((broken) => broken.text())
      .catch(() => 'broken');
    expect(await (await app[protocol].request('/')).text()).toBe('one, two');
    expect(await (await app[protocol].request('/')).text()).toBe('one, two');
    expect(runs).toBe(2);
  });

  test('is not stored if it is shorter than it said', async () => {
    const { get, runs } = await cachedApp(({ response }) =>
      response.headers({ ...FRESH, 'content-length': '10' }).stream(Readable.from(['short'])),
    );
    await get()
      .then((short) => short.text())
      .catch(() => undefined);
    await get()
      .then((short) => short.text())
      .catch(() => undefined);
    expect(runs()).toBe(2);
  });
});

describe('streams', () => {
  test('are stored when they have ended, and sent in one piece', async () => {
    const { get, runs } = await cachedApp(({ response }) =>
      response
        .headers(FRESH)
        .type('text/plain')
        .stream(Readable.from(['one, ', 'two'])),
    );
    expect(await (await get()).text()).toBe('one, two');
    const second = await get();
    expect(second.headers.get('content-length')).toBe('8');
    expect(await second.text()).toBe('one, two');
    expect(runs()).toBe(1);
  });

  test.each([
    ['a stream', () => Readable.from([Buffer.alloc(600), Buffer.alloc(600)])],
    ['bytes', () => Buffer.alloc(1_200)],
  ])('%s above the limit is sent, and not stored', async (_name, body) => {
    const { get, runs } = await cachedApp(({ response }) => response.headers(FRESH).send(body()), {
      maxEntryBytes: 1_000,
    });
    expect((await (await get()).arrayBuffer()).byteLength).toBe(1_200);
    expect((await (await get()).arrayBuffer()).byteLength).toBe(1_200);
    expect(runs()).toBe(2);
  });
});

describe('the option ttl', () => {
  test('is for answers that say nothing', async () => {
    const { get, runs } = await cachedApp(
      ({ request, response }, run) => {
        if (request.path === '/private') response.header('cache-control', 'private');
        return response.text(`answer ${run}`);
      },
      { ttl: 60_000 },
    );
    await get();
    expect(await (await get()).text()).toBe('answer 1');
    await get('/private');
    await get('/private');
    expect(runs()).toBe(3);
  });

  test('is not for requests that may be those of somebody', async () => {
    const { get, runs } = await cachedApp(({ response }, run) => response.text(`answer ${run}`), {
      ttl: 60_000,
    });
    for (const headers of [{ cookie: 'session=1' }, { authorization: 'Bearer a' }])
      await get('/', { headers });
    expect(await (await get()).text()).toBe('answer 3');
    expect(await (await get('/', { headers: { cookie: 'session=2' } })).text()).toBe('answer 3');
    expect(runs()).toBe(3);
  });

  test.each(['http1', 'http2'] as const)('is not for clients with a certificate, %s', async (protocol) => {
    await using app = await startTestServer({
      tls: { requestCert: true, rejectUnauthorized: false },
      middleware: [responseCache({ ttl: 60_000 })],
    });
    let runs = 0;
    app.server.router.addRoute('GET', '/', {
      handler: ({ request }) => `${String(request.tls?.certificate?.subject.CN ?? 'nobody')} ${(runs += 1)}`,
    });
    const ask = (identity: Identity | undefined): Promise<string> => getOver(protocol, app.url, identity);
    expect(await ask(await identity('ada'))).toBe('ada 1');
    expect(await ask(undefined)).toBe('nobody 2');
    // What nobody got is for all.
    expect(await ask(await identity('bob'))).toBe('nobody 2');
  });

  test('does not keep errors; negativeTtl does', async () => {
    for (const [options, expected] of [
      [{ ttl: 60_000 }, 4],
      [{ negativeTtl: 60_000 }, 2],
    ] as const) {
      const { get, runs } = await cachedApp(({ request, response }) => {
        if (request.path === '/fails') throw new Error('No.');
        return response.status(404).json({ code: 'nothing' });
      }, options);
      for (const path of ['/fails', '/fails', '/missing', '/missing']) await get(path);
      expect(runs()).toBe(expected);
    }
  });
});
