import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { compress } from '@blaizejs/middleware/compress';
import { startTestServer } from '@blaizejs/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';

import { createChannel, createSSERoute } from '../src/index.ts';
import { createClient, readEvents, serve, Text } from './over-the-wire.ts';

const events = { count: z.number() };

afterEach(() => void vi.useRealTimers());

test('200 streams share one HTTP/2 connection, and each gets everything', async () => {
  const channel = createChannel('many', { events });
  await using app = await serve(createSSERoute({ events, handler: () => channel }), {
    limits: { maxConcurrentStreams: 200 },
  });
  const warnings: Error[] = [];
  const onWarning = (warning: Error): number => warnings.push(warning);
  process.on('warning', onWarning);
  const texts = await Promise.all(
    Array.from({ length: 200 }, async () => new Text(await app.http2.request('/events'))),
  );
  await Promise.all(texts.map((text) => text.until('\n\n')));
  for (let count = 0; count < 20; count += 1) await channel.publish('count', count);
  const all = await Promise.all(texts.map((text) => text.until('data: 19\n\n')));
  const wanted = Array.from({ length: 20 }, (_, count) => String(count));
  for (const text of all)
    expect([...text.matchAll(/data: (\d+)/g)].map(([, count]) => count)).toEqual(wanted);
  await Promise.all(texts.map((text) => text.cancel()));
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

test('HTTP/1.0 gets no chunks', async () => {
  const route = createSSERoute({
    retry: 5,
    events,
    async *handler() {
      await Promise.resolve();
      yield { event: 'count', data: 1 };
    },
  });
  await using app = await serve(route, { tls: false, http2: { enabled: false } });
  const socket = connect(Number(new URL(app.url).port), 'localhost');
  socket.end('GET /events HTTP/1.0\r\nHost: localhost\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  const [head, body] = text.split('\r\n\r\n');
  expect(head).not.toMatch(/transfer-encoding/i);
  expect(body).toBe('retry: 5\n\nevent: count\ndata: 1\n\n');
});

test('heartbeats come while nothing happens, and none for a client that does not read', async () => {
  const channel = createChannel('beats', { events });
  await using app = await serve(createSSERoute({ events, heartbeat: 5, handler: () => channel }));
  const text = new Text(await app.http2.request('/events'));
  expect(await text.until(':\n\n:\n\n:\n\n')).toMatch(/^retry: \d+\nid: \w+-0\n\n(:\n\n)+$/);
  await text.cancel();
});

test.each(['http1', 'http2'] as const)('a compressed stream has its hint over %s, too', async (protocol) => {
  const channel = createChannel('compressed', { events });
  const route = createSSERoute({ retry: 2_345, events, middleware: [compress()], handler: () => channel });
  const app = await serve(route);
  const headers = { 'accept-encoding': 'gzip' };
  const response = await app[protocol].request('/events', { headers });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  const text = new Text(
    new Response(Readable.toWeb(Readable.fromWeb(response.body as never).pipe(createGunzip())) as never),
  );
  await text.until('\n\n');
  await channel.publish('count', 1);
  await text.until('data: 1');
  await Promise.all([app.server.close(), text.rest()]);
  await app.close();
  expect(text.text).toMatch(/data: 1\n\nretry: 2345\n\n$/);
});

/** Opens a stream over HTTP/2 and does not read it. */
async function stall(url: string) {
  const session = connectHttp2(url, { settings: { initialWindowSize: 16_000 } });
  const stream = session.request({ ':path': '/events' });
  stream.on('error', () => undefined);
  await once(stream, 'response');
  return {
    stream,
    close: async (): Promise<void> => {
      const closed = once(session, 'close');
      session.destroy();
      await closed;
    },
  };
}

const big = { text: z.string() };
const TEXT = 'x'.repeat(5_000);

test('a client that does not read is cut off with disconnect, and its handler ends', async () => {
  const channel = createChannel('cut', { events: big });
  let signal: AbortSignal | undefined;
  const route = createSSERoute({
    events: big,
    buffer: { limit: 5, overflow: 'disconnect' },
    handler: (_, stream) => {
      signal = stream.signal;
      return channel;
    },
  });
  await using app = await serve(route);
  const { stream, close } = await stall(app.url);
  const broken = expect(once(stream, 'close')).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
  for (let count = 0; count < 100; count += 1) {
    await channel.publish('text', TEXT);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await broken;
  expect(signal?.aborted).toBe(true);
  await close();
});

test('a client that does not read holds up nobody, and gets all when it does', async () => {
  const channel = createChannel('stalled', { events: big });
  const buffer = { limit: 10 };
  await using app = await serve(createSSERoute({ events: big, buffer, handler: () => channel }));
  const { stream, close } = await stall(app.url);
  const other = new Text(await app.http2.request('/events'));
  await other.until('\n\n');
  for (let count = 0; count < 120; count += 1) await channel.publish('text', `${TEXT}${count}.`);
  await other.until('x119.');
  let text = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.endsWith('x119."\n\n')) break;
  }
  expect([...text.matchAll(/x(\d+)\./g)].map(([, count]) => Number(count))).toEqual(
    Array.from({ length: 120 }, (_, count) => count),
  );
  await other.cancel();
  await close();
});

test('a client that does not read does not hold up the stop of the server', async () => {
  const channel = createChannel('stop', { events: big });
  const app = await serve(createSSERoute({ events: big, handler: () => channel }), {
    shutdownTimeout: 60_000,
  });
  const { close } = await stall(app.url);
  for (let count = 0; count < 50; count += 1) await channel.publish('text', TEXT);
  await app.close();
  await close();
});

test('a client continues over restarts of the server, with nothing lost or twice', async () => {
  const channel = createChannel('restarts', { events });
  let connections = 0;
  const route = createSSERoute({
    events,
    retry: 1,
    handler: () => {
      connections += 1;
      return channel;
    },
  });
  let app = await serve(route, { tls: false, http2: { enabled: false } });
  const { port } = new URL(app.url);
  interface Routes {
    GET: { '/events': typeof route };
  }
  const api = createClient<Routes>(app.url);
  const found: unknown[] = [];
  let count = 0;
  const feed = readEvents(api.get, '/events', { reconnect: true });
  const first = feed.next();
  await vi.waitFor(() => expect(connections).toBe(1));
  await channel.publish('count', (count += 1));
  found.push((await first).value?.data);
  for (let restart = 0; restart < 3; restart += 1) {
    for (let more = 0; more < 10; more += 1) await channel.publish('count', (count += 1));
    const publishing = (async () => {
      for (let more = 0; more < 50; more += 1) {
        await channel.publish('count', (count += 1));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await app.close();
    await channel.publish('count', (count += 1));
    app = await startTestServer({ tls: false, http2: { enabled: false }, port: Number(port) });
    app.server.router.addRoute('GET', '/events', route);
    await publishing;
    while (found.length < count) found.push((await feed.next()).value?.data);
  }
  expect(found).toEqual(Array.from({ length: count }, (_, at) => at + 1));
  await feed.return();
  await app.close();
});
