import { createReadStream } from 'node:fs';
import { EventEmitter, once } from 'node:events';
import { constants, connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { Readable } from 'node:stream';

import { HttpError } from '@blaizejs/errors';
import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { onEveryTransport } from './transports.ts';

const told = new EventEmitter();
let sources: Readable[] = [];
const endless = (): Readable => {
  const source = new Readable({
    read() {
      this.push('x'.repeat(65_536));
    },
  });
  sources.push(source);
  return source;
};
const allClosed = (): Promise<unknown> =>
  Promise.all(sources.map(async (source) => source.closed || (await once(source, 'close'))));

onEveryTransport(
  'odd handlers',
  () => ({}),
  ({ server }) => {
    server.use(async (ctx, next) => {
      await next();
      if (ctx.request.path === '/replaced') ctx.response.text('another');
      if (ctx.request.path === '/thrown-later') throw new HttpError(409, 'no');
    });
    for (const path of ['/replaced', '/thrown-later'])
      server.router.addRoute('GET', path, { handler: endless });
    server.router.addRoute('GET', '/missing-file', { handler: () => createReadStream('/nowhere/at/all') });
    server.router.addRoute('GET', '/thenable', {
      handler: () => ({
        then: (resolve: (value: unknown) => void) => {
          setTimeout(() => {
            resolve({ first: true });
            resolve({ second: true });
          }, 1);
        },
      }),
    });
    server.router.addRoute('GET', '/race', {
      middleware: [
        async (_ctx, next) => {
          const late = new Promise((_resolve, reject) =>
            setTimeout(reject, 5, new HttpError(503, 'too late')),
          );
          await Promise.race([next(), late]);
        },
      ],
      handler: () => new Promise(() => undefined),
    });
    server.router.addRoute('POST', '/left', {
      handler: async (ctx) => {
        for await (const chunk of ctx.request.stream())
          throw new HttpError(422, `${String(chunk).length > 0}`);
        return 'not reached';
      },
    });
  },
  (reach) => {
    test.each([
      ['/replaced', 200],
      ['/thrown-later', 409],
    ])('a stream that another answer takes the place of is closed: %s', async (path, status) => {
      sources = [];
      const response = await reach().request(path);
      expect(response.status).toBe(status);
      await response.text();
      await allClosed();
    });

    test('a stream that fails while nobody sends it ends nothing', async () => {
      const head = await reach().request('/missing-file', { method: 'HEAD' });
      await head.text();
      expect((await reach().request('/missing-file')).status).toBe(500);
    });

    test('a thenable is awaited, and answers once', async () => {
      expect(await (await reach().request('/thenable')).json()).toEqual({ first: true });
    });

    test('middleware can answer in place of a handler that hangs', async () => {
      expect((await reach().request('/race')).status).toBe(503);
    });

    test('to leave a loop over the content does not lose the answer', async () => {
      const response = await reach().request('/left', { method: 'POST', body: 'x'.repeat(200_000) });
      expect([response.status, await response.json()]).toMatchObject([422, { detail: 'true' }]);
    });
  },
);

describe('clients that misbehave', () => {
  let app: TestServer;
  beforeAll(async () => {
    app = await startTestServer();
    const { router } = app.server;
    router.addRoute('GET', '/big', { handler: () => Buffer.alloc(1_000_000) });
    router.addRoute('GET', '/ok', { handler: () => 'ok' });
    router.addRoute('POST', '/upload', {
      handler: async (ctx) => {
        const outcome = await ctx.request.bytes().then(
          () => 'complete',
          (error: unknown) => (error as { code: string }).code,
        );
        told.emit('upload', outcome);
        return outcome;
      },
    });
  });
  afterAll(() => app.close());

  test.each([constants.NGHTTP2_CANCEL, constants.NGHTTP2_NO_ERROR, constants.NGHTTP2_INTERNAL_ERROR])(
    'an HTTP/2 upload that is broken off with code %s is not taken for complete',
    async (code) => {
      const session = connectHttp2(app.url);
      const outcome = once(told, 'upload');
      const stream = session.request({ ':method': 'POST', ':path': '/upload', 'content-length': 100_000 });
      stream.on('error', () => undefined);
      await new Promise((resolve) => stream.write('abc', resolve));
      stream.close(code);
      expect(await outcome).toEqual(['ERR_BLAIZE_REQUEST_ABORTED']);
      session.destroy();
    },
  );

  test('large answers that are cancelled leave their session usable', async () => {
    const session = connectHttp2(app.url);
    for (let i = 0; i < 12; i++) {
      const stream = session.request({ ':path': '/big' });
      stream.on('error', () => undefined);
      await once(stream, 'response');
      stream.close(constants.NGHTTP2_CANCEL);
      await once(stream, 'close');
    }
    const stream = session.request({ ':path': '/ok' });
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
    expect(headers[':status']).toBe(200);
    stream.resume();
    session.close();
  });
});

describe('HTTP/1.1 connections', () => {
  test('are kept after content that was read, or was little', async () => {
    await using app = await startTestServer({ http2: { enabled: false } });
    app.server.router.addRoute('POST', '/read', {
      handler: async (ctx) => (await ctx.request.text()).length,
    });
    app.server.router.addRoute('POST', '/ignored', { handler: () => 'ignored' });
    let connections = 0;
    app.server.server.on('connection', () => connections++);
    for (let i = 0; i < 5; i++) {
      for (const path of ['/read', '/ignored']) {
        const response = await app.http1.request(path, { method: 'POST', body: { size: 'x'.repeat(1000) } });
        await response.text();
        expect(response.headers.get('connection')).toBe('keep-alive');
      }
    }
    expect(connections).toBe(1);
  });

  test('that end let go of every pipelined response', async () => {
    await using app = await startTestServer({ http2: { enabled: false } });
    app.server.router.addRoute('GET', '/', {
      handler: () => {
        const source = endless();
        told.emit('source');
        return source;
      },
    });
    sources = [];
    const socket = connectTcp({ port: app.server.port, host: 'localhost' });
    const third = new Promise<void>((resolve) => {
      told.on('source', () => sources.length === 3 && resolve());
    });
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
    await third;
    socket.destroy();
    await allClosed();
    expect(sources.every(({ destroyed }) => destroyed)).toBe(true);
  });

  test('are not closed before a slow client has the whole of its answer', async () => {
    const app = await startTestServer({ http2: { enabled: false } });
    const size = 20_000_000;
    app.server.router.addRoute('GET', '/', { handler: () => Buffer.alloc(size) });
    const socket = connectTcp({ port: app.server.port, host: 'localhost' });
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [head] = (await once(socket, 'data')) as [Buffer];
    socket.pause();
    const closing = app.server.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    let received = head.length - (head.indexOf('\r\n\r\n') + 4);
    socket.on('data', (chunk) => (received += chunk.length));
    socket.resume();
    await once(socket, 'close');
    expect(received).toBe(size);
    await closing;
  });
});

test('a request in process that came before close() is waited for', async () => {
  const app = await startTestServer({ http2: { enabled: false } });
  const seen: string[] = [];
  app.server.router.addRoute('GET', '/', {
    handler: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push('answered');
      return 'ok';
    },
  });
  const answer = app.server.fetch(new Request('http://localhost/'));
  await app.server.close({ onStopping: () => seen.push('stopping') });
  expect(await (await answer).text()).toBe('ok');
  expect(seen).toEqual(['answered', 'stopping']);
});
