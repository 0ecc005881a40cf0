import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';

import { useContext } from '@blaizejs/context';
import { expect, test } from 'vitest';

import {
  connect,
  type ConnectErrorHandler,
  type ConnectHandler,
  type ConnectNext,
} from '../../src/connect.ts';
import { compress } from '../../src/compress.ts';
import { securityHeaders } from '../../src/security-headers.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';
import { compression } from './libraries.ts';

const store = new AsyncLocalStorage<string>();
const other = new AsyncLocalStorage<string>();

/** Calls back in the asynchronous context of nobody, as the client of a database may. */
const foreign: ConnectHandler = (_req, _res, next) => {
  outside = next;
};
let outside: (() => void) | undefined;

const mend: ConnectErrorHandler = (_error, _req, res, _next) => res.status(502).send('mended');

const withStatus: ConnectErrorHandler = (error, _req, _res, next) => {
  next(Object.assign(error as Error, { status: 409 }));
};

const caught: ConnectErrorHandler = (error, _req, res, _next) => {
  res.status(500).send(`caught ${(error as Error).message}`);
};

const describeRequest: ConnectHandler = (req, res) => {
  const { method, url, originalUrl, baseUrl, path, query, protocol, secure, hostname, httpVersion } = req;
  res.json({
    ...{ method, url, originalUrl, baseUrl, path, query, protocol, secure, hostname },
    major: httpVersion.split('.')[0],
    encrypted: (req.socket as { encrypted?: boolean }).encrypted,
    agent: req.get('User-Agent'),
    raw: req.rawHeaders.includes('user-agent'),
    ip: req.ip === req.socket.remoteAddress,
  });
};

onEveryWay(
  'connect()',
  () => ({
    mode: 'production',
    logger: false,
    middleware: [securityHeaders(), compress({ threshold: 100 })],
  }),
  (router) => {
    const add = (path: string, ...middleware: ReturnType<typeof connect>[]): void => {
      for (const method of ['GET', 'POST'] as const) {
        router.addRoute(method, path, { middleware, handler: () => 'handled' });
      }
    };
    add(
      '/end',
      connect((_req, res) => res.status(201).set('x-own', '1').type('html').send('<p>')),
    );
    add(
      '/no-type',
      connect((_req, res) => res.end(Buffer.from('bytes'))),
    );
    add(
      '/long',
      connect((_req, res) => res.send('long '.repeat(100))),
    );
    add(
      '/pipe',
      connect((_req, res) => pipeline(Readable.from(['a'.repeat(100_000), 'b'.repeat(100_000)]), res)),
    );
    add(
      '/echo',
      connect((req, res) => pipeline(req, res)),
    );
    add(
      '/connection',
      connect((_req, res) =>
        res.setHeader('Connection', 'close').writeHead(200, 'Fine', { 'X-A': 'a' }).end(),
      ),
    );
    add(
      '/error',
      connect((_req, _res, next) => next(new Error('secret'))),
    );
    add(
      '/handled-error',
      connect(mend),
      connect((_req, _res, next) => next(new Error('one'))),
    );
    add(
      '/list',
      connect([
        (_req: never, _res: never, next: ConnectNext) => next(new Error('one')),
        [(_req: never, res: never) => (res as { end(text: string): void }).end('never')],
        (_error: never, req: never, _res: never, next: ConnectNext) => {
          Object.assign(req, { mended: true });
          next();
        },
        (req: { mended: boolean }, res: { end(text: string): void }) => res.end(`mended ${req.mended}`),
      ]),
    );
    add(
      '/unmended',
      connect(withStatus),
      connect((_req, _res, next) => next(new Error('conflict'))),
    );
    router.addRoute('GET', '/handler-error', {
      middleware: [connect(caught)],
      handler: () => {
        throw new Error('of the handler');
      },
    });
    router.addRoute('GET', '/storage', {
      middleware: [
        connect((_req, _res, next) => store.run('inside', next)),
        connect((_req, _res, next) => void setImmediate(() => other.run('deeper', next))),
      ],
      handler: async ({ request }) => {
        await Promise.resolve();
        return { path: useContext().request === request, store: store.getStore(), other: other.getStore() };
      },
    });
    router.addRoute('GET', '/foreign', {
      middleware: [connect(foreign)],
      handler: ({ request }) => ({ same: useContext().request === request }),
    });
    router.addRoute('GET', '/shared/:id', {
      middleware: [
        connect<{ user: string }>((req, res, next) => {
          req.user = `user ${req.params['id']}`;
          res.locals['a'] = 1;
          next();
        }),
        connect<{ user: string; late: string }>((req, _res, next) => {
          req.late = `late ${req.user}`;
          next();
        }),
      ],
      handler: ({ state }) => ({ late: state.connect.req.late, locals: state.connect.res.locals }),
    });
    router.addRoute('GET', '/late', {
      middleware: [
        connect((_req, res, next) => {
          setImmediate(() => res.status(504).json({ late: true }));
          next();
        }),
      ],
      handler: () => new Promise(() => undefined),
    });
    router.addRoute('GET', '/events', {
      middleware: [connect(compression())],
      handler: ({ response, request }) =>
        response
          .type('text/event-stream')
          .header('cache-control', 'no-transform')
          .stream(
            (async function* () {
              yield 'data: 1\n\n';
              await once(request.signal, 'abort');
            })(),
          ),
    });
    for (const name of ['/docs', '/docs/*', '/docsx']) {
      router.addRoute('GET', name, {
        middleware: [connect(describeRequest, { path: '/docs' })],
        handler: () => 'handled',
      });
    }
  },
  (reach) => {
    test('an answer of the middleware passes the hooks of others', async () => {
      const response = await reach().request('/end');
      expect([response.status, await response.text()]).toEqual([201, '<p>']);
      expect(response.headers.get('x-own')).toBe('1');
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      const long = await reach().request('/long', { headers: { 'accept-encoding': 'gzip' } });
      expect(long.headers.get('content-encoding')).toBe('gzip');
      const bytes = await reach().request('/no-type');
      expect(bytes.headers.get('content-type')).toBe('application/octet-stream');
    });

    test('bytes that are written arrive, in their order', async () => {
      const response = await reach().request('/pipe');
      expect(await response.text()).toBe('a'.repeat(100_000) + 'b'.repeat(100_000));
    });

    test('a body that is read arrives, up to the limit', async () => {
      const body = 'x'.repeat(900_000);
      const response = await reach().request('/echo', { method: 'POST', body });
      expect(await response.text()).toBe(body);
      const large = await reach().request('/echo', { method: 'POST', body: 'x'.repeat(2_000_000) });
      expect(large.status).toBe(413);
    });

    test('fields of the connection are not sent', async () => {
      const response = await reach().request('/connection');
      expect(response.headers.get('x-a')).toBe('a');
      if (reach().way === 'HTTP/2') expect(response.headers.get('connection')).toBeNull();
      expect(await response.text()).toBe('');
    });

    test('errors are problem details', async () => {
      const response = await reach().request('/error');
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain('secret');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      const conflict = await reach().request('/unmended');
      expect([conflict.status, await conflict.json()]).toMatchObject([409, { detail: 'conflict' }]);
    });

    test('error middleware answers errors of what comes after it', async () => {
      expect(await (await reach().request('/handled-error')).text()).toBe('mended');
      expect(await (await reach().request('/handler-error')).text()).toBe('caught of the handler');
      expect(await (await reach().request('/list')).text()).toBe('mended true');
    });

    test('asynchronous contexts reach the handler', async () => {
      const response = await reach().request('/storage');
      expect(await response.json()).toEqual({ path: true, store: 'inside', other: 'deeper' });
    });

    test('useContext() works if next() was called elsewhere', async () => {
      const answer = reach().request('/foreign');
      while (!outside) await new Promise((resolve) => setImmediate(resolve));
      outside();
      outside = undefined;
      expect(await (await answer).json()).toEqual({ same: true });
    });

    test('all of a request see the same objects', async () => {
      const response = await reach().request('/shared/7');
      expect(await response.json()).toEqual({ late: 'late user 7', locals: { a: 1 } });
    });

    test('middleware may answer while the handler runs', async () => {
      const response = await reach().request('/late');
      expect([response.status, await response.json()]).toEqual([504, { late: true }]);
    });

    test('an event is sent at once, and the client may leave', async () => {
      const leaving = new AbortController();
      const response = await reach().request('/events', { signal: leaving.signal });
      const reader = response.body?.getReader();
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n');
      leaving.abort();
    });

    test('a path is taken off the URL', async () => {
      const headers = { 'user-agent': 'tests' };
      const found = await (await reach().request('/docs/a?b=1&b=2', { headers })).json();
      expect(found).toMatchObject({
        ...{ method: 'GET', url: '/a?b=1&b=2', originalUrl: '/docs/a?b=1&b=2', baseUrl: '/docs', path: '/a' },
        ...{
          query: { b: ['1', '2'] },
          protocol: 'https',
          secure: true,
          encrypted: true,
          agent: 'tests',
          raw: true,
        },
        major: reach().way === 'HTTP/2' ? '2' : '1',
      });
      expect(await (await reach().request('/docs', { headers })).json()).toMatchObject({ url: '/' });
      expect(await (await reach().request('/docsx')).text()).toBe('handled');
    });

    test('compression outside compresses once', async () => {
      const response = await reach().request('/long', { headers: { 'accept-encoding': 'gzip' } });
      const body = Buffer.from(await response.arrayBuffer());
      expect((body[0] === 0x1f ? gunzipSync(body) : body).toString()).toBe('long '.repeat(100));
    });
  },
);
