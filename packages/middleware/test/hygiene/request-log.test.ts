import { startTestServer } from '@blaizejs/testing';
import { expect, test, vi } from 'vitest';

import { requestLog, type RequestLogOptions } from '../../src/request-log.ts';
import { recordingLogger } from '../log.ts';

async function start(options?: RequestLogOptions) {
  const { logger, lines } = recordingLogger();
  const app = await startTestServer({
    logger,
    middleware: [requestLog(options)],
    limits: { handlerTimeout: 100 },
    bodyLimit: 10,
  });
  const { router } = app.server;
  router.addRoute('GET', '/hello/:name', { handler: () => 'hello' });
  router.addRoute('POST', '/', { handler: (ctx) => ctx.request.text() });
  router.addRoute('GET', '/slow', { handler: () => new Promise(() => undefined) });
  const requests = () => lines.filter(({ message }) => message === 'request');
  return { app, requests, [Symbol.asyncDispose]: () => app.close() };
}

test.each(['http1', 'http2'] as const)('every request has one line, over %s', async (protocol) => {
  await using server = await start();
  const client = server.app[protocol];
  await client.request('/hello/Ada?token=secret');
  await client.request('/nowhere');
  await client.request('/', { method: 'POST', body: 'x'.repeat(11) });
  await client.request('/slow');
  await vi.waitFor(() => expect(server.requests()).toHaveLength(4));
  expect(server.requests()).toMatchObject([
    { method: 'GET', path: '/hello/Ada', route: '/hello/:name', status: 200, bytes: 5, aborted: false },
    { path: '/nowhere', route: undefined, status: 404 },
    { method: 'POST', status: 413 },
    { path: '/slow', status: 503 },
  ]);
  expect(JSON.stringify(server.requests())).not.toContain('secret');
});

test('credentials are not written, nor more of a header than a line can bear', async () => {
  await using server = await start({ headers: ['User-Agent', 'authorization', 'x-note', 'x-missing'] });
  await server.app.http2.request('/hello/Ada', {
    headers: { 'user-agent': 'u'.repeat(1000), authorization: 'Basic YTpi', 'x-note': 'Bearer abc' },
  });
  await vi.waitFor(() => expect(server.requests()).toHaveLength(1));
  expect(server.requests()[0]?.['headers']).toEqual({
    'user-agent': 'u'.repeat(256),
    authorization: '[redacted]',
    'x-note': '[redacted]',
  });
});

test('of a sample of none, errors of the server are left', async () => {
  await using server = await start({ sample: 0 });
  await server.app.http2.request('/hello/Ada');
  await server.app.http2.request('/slow');
  await vi.waitFor(() => expect(server.requests()).toMatchObject([{ path: '/slow' }]));
});

test('fields of the application are on the line, and a failure to make them does not lose it', async () => {
  let fails = false;
  await using server = await start({
    fields: (_ctx, { status }) => {
      if (fails) throw new Error('no user');
      return { user: 'ada', ok: status === 200 };
    },
  });
  await server.app.http2.request('/hello/Ada');
  await vi.waitFor(() => expect(server.requests()).toMatchObject([{ user: 'ada', ok: true }]));
  fails = true;
  await server.app.http2.request('/hello/Ada');
  await vi.waitFor(() =>
    expect(server.requests()[1]).toMatchObject({ status: 200, fieldsError: 'Error: no user' }),
  );
});

test.each(['http1', 'http2'] as const)(
  'the level follows the status, and secrets in a path are hidden, over %s',
  async (protocol) => {
    await using server = await start({ skip: ({ request }) => request.path === '/hello/probe' });
    server.app.server.router.addRoute('GET', '/reset/:token/now', { handler: () => 'x' });
    const client = server.app[protocol];
    for (const path of ['/hello/probe', '/hello/Ada', '/reset/s3cr%21t/now', '/nowhere', '/slow'])
      await client.request(path);
    await vi.waitFor(() => expect(server.requests()).toHaveLength(4));
    expect(server.requests()).toMatchObject([
      { level: 'info', path: '/hello/Ada', protocol: protocol === 'http2' ? 'HTTP/2' : 'HTTP/1.1' },
      { level: 'info', path: '/reset/[redacted]/now' },
      { level: 'warn', status: 404 },
      { level: 'error', status: 503, timedOut: true },
    ]);
    expect(server.requests()[0]).not.toHaveProperty('timedOut');
  },
);

test('a skip that throws loses no line', async () => {
  await using server = await start({
    skip: () => {
      throw new Error('no');
    },
  });
  await server.app.http2.request('/hello/Ada');
  await vi.waitFor(() => expect(server.requests()).toHaveLength(1));
});

test('async functions, which may fail when nobody waits for them, lose no line', async () => {
  const later = (): Promise<never> => Promise.reject(new Error('later'));
  await using server = await start({ skip: later, fields: later } as unknown as RequestLogOptions);
  await server.app.http2.request('/hello/Ada');
  await vi.waitFor(() => expect(server.requests()).toHaveLength(1));
  expect(server.requests()[0]).toMatchObject({
    fieldsError: 'TypeError: The `fields` of requestLog() must return an object, not a promise.',
  });
});

test.each([
  [{ sample: 2 }, 'sample'],
  [{ sample: Number.NaN }, 'sample'],
  [{ headers: 'user-agent' }, 'headers'],
  [{ fields: {} }, 'fields'],
  [{ level: 'info' }, 'level'],
])('the options %j are refused', (options, named) => {
  expect(() => requestLog(options as never)).toThrow(named);
});
