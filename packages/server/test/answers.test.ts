import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import { NotFoundError } from '@blaizejs/errors';
import type { Logger, RouteOptions } from '@blaizejs/types';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { onEveryTransport } from './transports.ts';

const handlers: Record<string, RouteOptions['handler']> = {
  '/json': () => ({ hello: 'wörld' }),
  '/number': () => 42,
  '/text': () => 'plain ✓',
  '/html': (ctx) => ctx.response.html('<p>hi</p>'),
  '/bytes': () => new Uint8Array([1, 2, 3]),
  '/nothing': () => undefined,
  '/null': () => null,
  '/status-only': (ctx) => ctx.response.status(202),
  '/created': (ctx) => {
    ctx.response.status(201).header('location', '/things/1');
    return { id: 1 };
  },
  '/response': () =>
    new Response('from a Response', {
      status: 203,
      headers: [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['x-more', 'yes'],
      ],
    }),
  '/proxied': (ctx) => fetch(`http://localhost:${String(ctx.request.query.port)}`),
  '/later': async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return { later: true };
  },
  '/node-stream': () => Readable.from(['one ', 'two ', 'three']),
  '/web-stream': () => new Blob(['a web ', 'stream']).stream(),
  '/generator': () =>
    (async function* () {
      for (const word of ['1', '2', '3']) {
        await new Promise((resolve) => setImmediate(resolve));
        yield word;
      }
    })(),
  '/blob': () => new Blob(['blob!'], { type: 'text/x-blob' }),
  '/redirect': (ctx) => ctx.response.redirect('/json?a=ü'),
  '/cookies': (ctx) =>
    ctx.response.cookie('a', '1').cookie('b', '2', { httpOnly: false }).json(ctx.request.cookies),
  '/not-modified': (ctx) => ctx.response.status(304).header('etag', '"1"'),
  '/error': () => {
    throw new NotFoundError('No such thing.', { details: { id: 7 } });
  },
  '/crash': () => {
    throw new Error('the secret of the database');
  },
  '/function': () => () => undefined,
  '/wrong-length': (ctx) => ctx.response.status(200).header('content-length', 10),
  '/bad-logger': () => {
    throw new Error('log this', { cause: unloggable });
  },
};

const unloggable = new Error('not to be logged');
const ignore = (): void => undefined;
const pickyLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: (fields: { err?: Error } | string) => {
    if (typeof fields === 'object' && fields.err?.cause === unloggable) throw new Error('the log is full');
  },
  child: () => pickyLogger,
};

const upstream = { server: createServer(), port: 0 };
beforeAll(async () => {
  upstream.server.on('request', (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'x-upstream': 'yes' });
    response.end(gzipSync('zipped '.repeat(100)));
  });
  await once(upstream.server.listen(0, 'localhost'), 'listening');
  upstream.port = (upstream.server.address() as AddressInfo).port;
});
afterAll(() => upstream.server.close());

onEveryTransport(
  'what a handler answers',
  () => ({ logger: pickyLogger }),
  ({ server }) => {
    for (const [path, handler] of Object.entries(handlers)) server.router.addRoute('GET', path, { handler });
  },
  (reach) => {
    test.each([
      ['/json', 'application/json; charset=utf-8', '{"hello":"wörld"}'],
      ['/number', 'application/json; charset=utf-8', '42'],
      ['/text', 'text/plain; charset=utf-8', 'plain ✓'],
      ['/html', 'text/html; charset=utf-8', '<p>hi</p>'],
      ['/bytes', 'application/octet-stream', '\u0001\u0002\u0003'],
      ['/later', 'application/json; charset=utf-8', '{"later":true}'],
      ['/node-stream', 'application/octet-stream', 'one two three'],
      ['/web-stream', 'application/octet-stream', 'a web stream'],
      ['/generator', 'application/octet-stream', '123'],
      ['/blob', 'text/x-blob', 'blob!'],
    ])('%s is sent as %s', async (path, type, text) => {
      const response = await reach().request(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(type);
      expect(await response.text()).toBe(text);
    });

    test('what is known in full has its length', async () => {
      const response = await reach().request('/json');
      expect(response.headers.get('content-length')).toBe('18');
      await response.text();
    });

    test.each(['/nothing', '/null'])('%s is 204 without length or type', async (path) => {
      const response = await reach().request(path);
      expect(response.status).toBe(204);
      expect(response.headers.get('content-length')).toBeNull();
      expect(response.headers.get('content-type')).toBeNull();
    });

    test('a status alone is an answer', async () => {
      const response = await reach().request('/status-only');
      expect([response.status, await response.text()]).toEqual([202, '']);
    });

    test('status and header fields join what is returned', async () => {
      const response = await reach().request('/created');
      expect([response.status, response.headers.get('location')]).toEqual([201, '/things/1']);
      expect(await response.json()).toEqual({ id: 1 });
    });

    test('a Response says it all', async () => {
      const response = await reach().request('/response');
      expect(response.status).toBe(203);
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
      expect(response.headers.get('x-more')).toBe('yes');
      expect(await response.text()).toBe('from a Response');
    });

    test('a Response that was fetched is passed on decoded', async () => {
      const response = await reach().request(`/proxied?port=${upstream.port}`);
      expect([response.status, response.headers.get('x-upstream')]).toEqual([200, 'yes']);
      expect(response.headers.get('content-encoding')).toBeNull();
      expect(await response.text()).toBe('zipped '.repeat(100));
    });

    test('a redirect percent-encodes what a header can not hold', async () => {
      const response = await reach().request('/redirect', { redirect: 'manual' });
      expect([response.status, response.headers.get('location')]).toEqual([302, '/json?a=%C3%BC']);
    });

    test('cookies come and go', async () => {
      const response = await reach().request('/cookies', { headers: { cookie: 'x=1; y=%20' } });
      const secure = reach().app.url.startsWith('https') ? '; Secure' : '';
      expect(response.headers.getSetCookie()).toEqual([
        `a=1; Path=/; HttpOnly${secure}; SameSite=Lax`,
        `b=2; Path=/${secure}; SameSite=Lax`,
      ]);
      expect(await response.json()).toEqual({ x: '1', y: ' ' });
    });

    test('304 has no content', async () => {
      const response = await reach().request('/not-modified');
      expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([
        304,
        '"1"',
        '',
      ]);
    });

    test.each(['/json', '/node-stream', '/created', '/error'])(
      'HEAD %s is GET without content',
      async (path) => {
        const get = await reach().request(path);
        await get.text();
        const head = await reach().request(path, { method: 'HEAD' });
        expect(head.status).toBe(get.status);
        for (const field of ['content-type', 'location']) {
          expect(head.headers.get(field)).toBe(get.headers.get(field));
        }
        if (path === '/json') expect(head.headers.get('content-length')).toBe('18');
        expect(await head.text()).toBe('');
      },
    );

    test('an HttpError becomes problem details', async () => {
      const response = await reach().request('/error', { headers: { 'x-correlation-id': 'abc-1' } });
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toEqual({
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        detail: 'No such thing.',
        code: 'ERR_BLAIZE_NOT_FOUND',
        correlationId: 'abc-1',
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        details: { id: 7 },
      });
    });

    test('any other error is a 500, and so is a value that is no JSON', async () => {
      for (const path of ['/crash', '/function']) {
        const response = await reach().request(path);
        expect(response.status).toBe(500);
        expect(await response.json()).toMatchObject({ title: 'Internal Server Error', status: 500 });
      }
    });

    test('a length that was set does not promise more than there is', async () => {
      const response = await reach().request('/wrong-length');
      expect([response.headers.get('content-length'), await response.text()]).toEqual(['0', '']);
    });

    test('an error that can not be logged as it is gets its answer all the same', async () => {
      const response = await reach().request('/bad-logger');
      expect([response.status, await response.json()]).toMatchObject([500, { detail: 'log this' }]);
    });

    test('a browser gets a page for an error in development', async () => {
      const response = await reach().request('/crash', { headers: { accept: 'text/html,*/*;q=0.8' } });
      expect(response.status).toBe(500);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(await response.text()).toContain('the secret of the database');
    });

    test('unknown paths, methods and encodings are told apart', async () => {
      const { request } = reach();
      expect((await request('/nowhere')).status).toBe(404);
      const wrongMethod = await request('/json', { method: 'DELETE' });
      expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
      const options = await request('/json', { method: 'OPTIONS' });
      expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
      expect((await request('/json%zz')).status).toBe(400);
      expect((await request('/js%6Fn')).status).toBe(200);
    });
  },
);
