import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { inject, startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { cors, type CorsOptions } from '../../src/cors.ts';
import { recordingLogger } from '../log.ts';

const ALLOWED = 'https://app.example.com';

const allowed = (response: Response) => response.headers.get('access-control-allow-origin');

async function serve(options: CorsOptions, server: Parameters<typeof startTestServer>[0] = {}) {
  const { logger, lines } = recordingLogger();
  const app = await startTestServer({ logger, middleware: [cors(options)], ...server });
  app.server.router.addRoute('GET', '/', { handler: () => 'hi' });
  app.server.router.addRoute('POST', '/', { handler: () => 'made' });
  const own = () => lines.filter(({ message }) => message.startsWith('cors()'));
  return { app, own, [Symbol.asyncDispose]: () => app.close() };
}

test('an origin that is refused is logged, once for each request and cut to a sane length', async () => {
  await using server = await serve({ origin: ALLOWED });
  const { app, own } = server;
  await app.http1.request('/', { headers: { origin: ALLOWED } });
  await app.http2.request('/');
  expect(own()).toEqual([]);
  await app.http2.request('/?a=1', { headers: { origin: `https://${'b'.repeat(4000)}` } });
  expect(own()).toEqual([
    {
      level: 'info',
      message: 'cors() does not allow an origin',
      origin: `https://${'b'.repeat(192)}`,
      method: 'GET',
      path: '/',
    },
  ]);
});

test("a page's own origin needs no permission: it is not logged", async () => {
  await using server = await serve({ origin: ALLOWED });
  const { app, own } = server;
  const response = await app.http2.request('/', {
    method: 'POST',
    headers: { origin: new URL(app.url).origin },
  });
  expect([response.status, allowed(response)]).toEqual([200, null]);
  expect(own()).toEqual([]);
});

test.each<[string, CorsOptions['origin']]>([
  [
    'throws',
    () => {
      throw new Error('no database');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no database'))],
])('a function that %s allows nothing, and the answer arrives', async (_how, origin) => {
  await using server = await serve({ origin });
  const { app, own } = server;
  const response = await app.http2.request('/', { headers: { origin: ALLOWED } });
  expect([response.status, allowed(response)]).toEqual([200, null]);
  expect(response.headers.get('vary')).toBe('Origin');
  expect(own()[0]).toMatchObject({
    level: 'error',
    message: 'cors() could not decide about an origin: it is not allowed',
    origin: ALLOWED,
    err: { message: 'no database' },
  });
});

test.each([[ALLOWED], [1], [{}], [undefined]])(
  'a function that returns %j has not said yes',
  async (answer) => {
    await using server = await serve({ origin: (() => answer) as unknown as () => boolean });
    const response = await inject(server.app.server, '/', { headers: { origin: ALLOWED } });
    expect([response.status, allowed(response)]).toEqual([200, null]);
  },
);

test('a function that takes too long ends with the time limit', async () => {
  await using server = await serve(
    { origin: () => new Promise<boolean>(() => undefined) },
    { limits: { handlerTimeout: 50 } },
  );
  const response = await server.app.http2.request('/', { headers: { origin: ALLOWED } });
  expect([response.status, allowed(response)]).toEqual([503, null]);
});

test('skip limits it to some paths', async () => {
  const middleware = {
    ...cors({ origin: '*' }),
    skip: ({ request }: { request: { path: string } }) => request.path !== '/',
  };
  await using server = await serve({ origin: ALLOWED }, { middleware: [middleware] });
  expect(allowed(await server.app.http1.request('/'))).toBe('*');
  expect(allowed(await server.app.http1.request('/other'))).toBeNull();
});

test('the innermost of two decides', async () => {
  await using server = await serve({ origin: ALLOWED });
  const { app } = server;
  app.server.router.addRoute('GET', '/open', { middleware: [cors({ origin: '*' })], handler: () => 'hi' });
  const headers = { origin: 'https://other.example.com' };
  expect(allowed(await app.http2.request('/open', { headers }))).toBe('*');
  expect(allowed(await app.http2.request('/', { headers }))).toBeNull();
});

test('a second Origin header refuses, over HTTP/1.1', async () => {
  await using server = await serve({ origin: [ALLOWED, /.*/] }, { tls: false, http2: { enabled: false } });
  const { hostname, port } = new URL(server.app.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.end(
    `GET / HTTP/1.1\r\nHost: ${hostname}\r\nOrigin: ${ALLOWED}\r\nOrigin: ${ALLOWED}\r\nConnection: close\r\n\r\n`,
  );
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toMatch(/^vary: Origin\r$/im);
  expect(answer).not.toMatch(/access-control/i);
});

test('a second Origin header refuses, over HTTP/2', async () => {
  await using server = await serve({ origin: [ALLOWED, /.*/] });
  const session = connectHttp2(server.app.url);
  try {
    const stream = session.request({
      [constants.HTTP2_HEADER_PATH]: '/',
      // The types know this header as a single one.
      ...({ origin: [ALLOWED, ALLOWED] } as object),
    });
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      stream.once('response', resolve).once('error', reject);
    });
    stream.resume();
    expect(headers).toMatchObject({ ':status': 200, vary: 'Origin' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  } finally {
    session.destroy();
  }
});
