import { once } from 'node:events';
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { Readable } from 'node:stream';

import type { EncodedPayload } from '@blaizejs/types';
import { createClient, startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { compress } from '../../src/compress.ts';
import { createMiddleware } from '../../src/create-middleware.ts';

const TEXT = 'All work and no play makes Jack a dull boy. '.repeat(50);

async function serve(secure: boolean, middleware = [compress()]) {
  const app = await startTestServer({ logger: false, middleware, http2: { enabled: secure } });
  app.server.router.addRoute('GET', '/', { handler: () => TEXT });
  return app;
}

test('a header that comes twice counts as one, HTTP/1.1', async () => {
  await using app = await serve(false);
  const { port, hostname } = new URL(app.url);
  const socket = connectTcp(Number(port), hostname);
  socket.setEncoding('latin1');
  socket.write(
    'GET / HTTP/1.1\r\nhost: localhost\r\naccept-encoding: br;q=0\r\naccept-encoding: gzip\r\nconnection: close\r\n\r\n',
  );
  let answer = '';
  for await (const part of socket) answer += String(part);
  expect(answer).toMatch(/^HTTP\/1.1 200 [^]*\r\ncontent-encoding: gzip\r\n/);
});

test('a header that comes twice counts as one, HTTP/2', async () => {
  await using app = await serve(true);
  const session = connect(app.url);
  const stream = session.request({ 'accept-encoding': ['br;q=0', 'gzip'] as never });
  const [headers] = (await once(stream, 'response')) as [Record<string, string>];
  expect(headers['content-encoding']).toBe('gzip');
  stream.resume();
  await once(stream, 'close');
  session.close();
  await once(session, 'close');
});

test.each(['http1', 'http2'] as const)(
  'the longest header that fits is no reason to work long, %s',
  async (protocol) => {
    await using app = await serve(protocol === 'http2');
    await using client = createClient(app.url, { protocol });
    for (const value of ['a,'.repeat(6000), ','.repeat(12_000), 'gzip;q="'.repeat(1500), '*;'.repeat(6000)]) {
      const response = await client.request('/', { headers: { 'accept-encoding': value } });
      expect([response.status, response.headers.get('content-encoding')]).toEqual([200, null]);
      await response.text();
    }
  },
);

test.each(['http1', 'http2'] as const)(
  'sixty clients that leave at any time leave nothing behind, %s',
  async (protocol) => {
    const streams: EncodedPayload[] = [];
    const watch = createMiddleware({
      name: 'watch',
      onSend: ({ response }) => void streams.push(response.payload()),
    });
    await using app = await serve(protocol === 'http2', [watch, compress()]);
    app.server.router.addRoute('GET', '/noise', {
      handler: ({ response }) => {
        const source = new Readable({
          read() {
            this.push(crypto.getRandomValues(Buffer.alloc(8192)));
          },
        });
        streams.push(source);
        return response.type('text/plain').stream(source);
      },
    });
    await using client = createClient(app.url, { protocol });
    const codings = ['br', 'gzip', 'deflate', 'zstd, gzip'];
    await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const leaving = new AbortController();
        const { signal } = leaving;
        const headers = { 'accept-encoding': codings[i % codings.length] ?? '' };
        // At once, when the head has arrived, or in the middle.
        if (i % 3 === 0) setImmediate(() => leaving.abort());
        try {
          const response = await client.request('/noise', { headers, signal });
          if (i % 3 === 2) await response.body?.getReader().read();
          leaving.abort();
          await response.body?.cancel();
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      }),
    );
    const open = () => streams.filter((stream) => stream instanceof Readable && !stream.closed).length;
    await expect.poll(open).toBe(0);
    expect((await client.request('/')).status).toBe(200);
  },
);
