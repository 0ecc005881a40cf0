import { ConflictError, HttpError, NotFoundError, ValidationError } from '@blaizejs/errors';
import type { TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Client, createClient, readEvents, readLines, ResponseError } from '../src/index.ts';
import { clientOver, startServer } from './over-the-wire.ts';
import type { Routes } from './routes.ts';

interface Streams {
  GET: { '/lines': () => AsyncIterable<{ at: Date }>; '/events': () => unknown; '/protocol': () => string };
  POST: { '/echo': () => { type: string; text: string }; '/size': () => { bytes: number } };
}

let app: TestServer;

beforeAll(async () => {
  app = await startServer();
  const { router } = app.server;
  router.addRoute('GET', '/protocol', { handler: ({ request }) => request.protocol });
  router.addRoute('POST', '/echo', {
    handler: async ({ request }) => ({ type: request.header('content-type'), text: await request.text() }),
  });
  router.addRoute('POST', '/size', {
    handler: async ({ request }) => {
      let bytes = 0;
      for await (const chunk of request.stream()) bytes += (chunk as Uint8Array).length;
      return { bytes };
    },
  });
  router.addRoute('GET', '/lines', {
    handler: async function* () {
      yield '{"at":"1970-01-01T00:00:00.000Z"}\n{"at":';
      await Promise.resolve();
      yield '"1970-01-02T00:00:00.000Z"}\r\n';
    },
  });
  router.addRoute('GET', '/events', {
    handler: ({ response }) =>
      response.type('text/event-stream').stream(
        (async function* () {
          yield ': hello\n\nid: 1\nevent: tick\ndata: {"n":\ndata: 1}\n\n';
          await Promise.resolve();
          yield 'data: plain\n\ndata: never ended';
        })(),
      ),
  });
});
afterAll(() => app.close());

describe.each(['HTTP/1.1', 'HTTP/2'] as const)('over %s', (protocol) => {
  let api: Client<Routes & Streams>;
  let close: () => Promise<void>;
  beforeAll(() => {
    ({ api, close } = clientOver<Routes & Streams>(protocol, app.url));
  });
  afterAll(() => close());

  test('that is the protocol', async () => {
    expect(await api.get('/protocol')).toBe(protocol);
  });

  test('gives the data of a 2xx', async () => {
    const user = { id: 'a/b?c#d ü', name: 'Ada', createdAt: '1970-01-01T00:00:00.000Z' };
    expect(await api.get('/users/[id]', { params: { id: user.id } })).toEqual(user);
    expect(await api.post('/users', { body: { name: 'Ada' } })).toEqual({ ...user, id: '1' });
    expect(await api.put('/users/[id]', { params: { id: 7 } })).toMatchObject({ id: 7, body: null });
    await expect(api.delete('/users/[id]', { params: { id: '7' } })).resolves.toBeUndefined();
    expect(await api.get('/health')).toEqual({ ok: true });
    await expect(api.head('/health')).resolves.toBeUndefined();
  });

  test('the server reads the query as it was given', async () => {
    const since = new Date(1e12);
    const query = { tag: ['a&b=c'], page: 2, since };
    expect(await api.get('/users', { query })).toEqual({
      query: { tag: ['a&b=c'], page: 2, since: since.toISOString() },
    });
    expect(await api.get('/users', { query: { tag: ['x', 'y'], page: undefined } })).toEqual({
      query: { tag: ['x', 'y'], page: 1 },
    });
  });

  test('throws the error of the status, with what the server says', async () => {
    const error: unknown = await api
      .get('/users/[id]', { params: { id: '0' } })
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toBeInstanceOf(ResponseError);
    expect(error).not.toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({
      name: 'NotFoundError',
      status: 404,
      code: 'no-user',
      message: 'There is no user 0.',
      data: { code: 'no-user' },
    });
    const other: unknown = await api.get('/nowhere' as '/health').catch((error: unknown) => error);
    expect(other).toBeInstanceOf(NotFoundError);
    expect(other).toMatchObject({
      code: 'ERR_BLAIZE_NOT_FOUND',
      correlationId: expect.stringMatching(/^[\w-]{36}$/),
    });
  });

  test('a validation error names the fields', async () => {
    const error: unknown = await api.post('/users', { body: { name: '' } }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).details).toMatchObject([{ in: 'body', pointer: '/name' }]);
  });

  test('.result has each status with its data', async () => {
    const found = await api.get.result('/users/[id]', { params: { id: '1' } });
    expect(found).toMatchObject({ ok: true, status: 200, data: { id: '1' }, error: undefined });
    const missing = await api.get.result('/users/[id]', { params: { id: '0' } });
    expect(missing).toMatchObject({ ok: false, status: 404, data: { code: 'no-user' } });
    expect(missing.error).toBeInstanceOf(NotFoundError);
    expect(missing.headers.get('content-type')).toContain('json');
  });

  test('sends text, forms and bytes with their types', async () => {
    expect(await api.post('/echo', { body: 'text' })).toEqual({
      type: 'text/plain;charset=UTF-8',
      text: 'text',
    });
    expect(await api.post('/echo', { body: 'a: 1', contentType: 'application/yaml' })).toEqual({
      type: 'application/yaml',
      text: 'a: 1',
    });
    const type = 'application/x-www-form-urlencoded';
    expect(await api.post('/echo', { body: { a: [1, true], b: undefined }, contentType: type })).toEqual({
      type: `${type};charset=UTF-8`,
      text: 'a=1&a=true',
    });
    expect(await api.post('/echo', { body: [1] })).toEqual({ type: 'application/json', text: '[1]' });
    const form = await api.post('/echo', {
      body: { name: 'Ada', files: [new Blob(['one']), new Blob(['two'])] },
    });
    expect(form.type).toMatch(/^multipart\/form-data; boundary=/);
    expect(form.text).toMatch(/name="name"\r\n\r\nAda[^]*name="files"[^]*one[^]*name="files"[^]*two/);
  });

  test('sends a stream', async () => {
    const chunks = [new Uint8Array(10), new Uint8Array(20)];
    const body = new ReadableStream({
      pull: (controller) => {
        const chunk = chunks.pop();
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
    });
    expect(await api.post('/size', { body })).toEqual({ bytes: 30 });
  });

  test('reads lines of JSON', async () => {
    const seen: string[] = [];
    for await (const { at } of readLines(api.get, '/lines')) seen.push(at);
    expect(seen).toEqual(['1970-01-01T00:00:00.000Z', '1970-01-02T00:00:00.000Z']);
    await expect(readLines(api.get, '/health', { query: { a: 1 } }).next()).resolves.toEqual({
      done: false,
      value: { ok: true },
    });
  });

  test('reads events', async () => {
    const seen: unknown[] = [];
    for await (const event of readEvents(api.get, '/events')) seen.push(event);
    expect(seen).toEqual([
      { event: 'tick', data: { n: 1 }, id: '1' },
      { event: 'message', data: 'plain', id: '1' },
    ]);
    await expect(readEvents(api.get, '/health').next()).rejects.toMatchObject({
      code: 'ERR_BLAIZE_CLIENT_RESPONSE',
    });
  });

  test('a download is read by whoever asked for it', async () => {
    const response = await api.get.response('/lines');
    expect(response.bodyUsed).toBe(false);
    expect(await response.text()).toMatch(/^\{"at"/);
    await expect(api.get.response('/nowhere' as '/lines')).rejects.toBeInstanceOf(NotFoundError);
  });
});

test('in process, with an app or its fetch', async () => {
  for (const target of [app.server, { fetch: app.server.fetch }]) {
    const api = createClient<Routes>(target);
    expect(await api.get('/users/[id]', { params: { id: '1' }, query: { verbose: 'true' } })).toMatchObject({
      name: 'Ada Lovelace',
    });
    await expect(api.get('/users/[id]', { params: { id: '0' } })).rejects.toBeInstanceOf(NotFoundError);
  }
});

test('with the fetch of Node', async () => {
  // Test servers are trusted by the TLS of this process only, which its fetch does not use.
  const { startTestServer } = await import('@blaizejs/testing');
  await using plain = await startTestServer({ tls: false, http2: { enabled: false } });
  plain.server.router.addRoute('GET', '/api/health', { handler: () => ({ ok: true }) });
  const api = createClient<Routes>(`${plain.url}/api/`);
  expect(await api.get('/health')).toEqual({ ok: true });
});
