import { once } from 'node:events';
import { type ClientHttp2Stream, connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';

import { expect, test } from 'vitest';
import { z } from 'zod';

import { createChannel, createSSERoute } from '../src/index.ts';
import { serve } from './over-the-wire.ts';

const events = { text: z.string() };

// What is not cut off after a second is only after this, at the latest.
const TIMEOUT = 60_000;
/** With time for a machine that is busy. */
const SOON = 30_000;

test(
  '500 streams whose clients take nothing do not hold up the end of the server: HTTP/2',
  { timeout: 90_000 },
  async () => {
    const channel = createChannel('stalled', { events });
    await using app = await serve(createSSERoute({ events, handler: () => channel }), {
      limits: { maxConcurrentStreams: 500 },
      shutdownTimeout: TIMEOUT,
    });
    const session = connect(app.url, { settings: { initialWindowSize: 0 } });
    const streams: ClientHttp2Stream[] = [];
    await Promise.all(
      Array.from({ length: 500 }, async () => {
        const stream = session.request({ ':path': '/events' });
        stream.on('error', () => undefined).resume();
        streams.push(stream);
        await once(stream, 'response');
      }),
    );
    await channel.publish('text', 'x'.repeat(100));
    const began = performance.now();
    await app.server.close();
    expect(performance.now() - began).toBeLessThan(SOON);
    session.destroy();
  },
);

test(
  'neither do those over HTTP/1.1, with more under way than buffers hold',
  { timeout: 90_000 },
  async () => {
    let made = 0;
    const route = createSSERoute({
      events,
      async *handler() {
        for (;;) {
          yield { event: 'text', data: 'x'.repeat(65_536) };
          made += 1;
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    });
    await using app = await serve(route, {
      tls: false,
      http2: { enabled: false },
      shutdownTimeout: TIMEOUT,
    });
    const sockets = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const socket = connectTcp(app.server.port, 'localhost');
        socket.on('error', () => undefined);
        socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
        await once(socket, 'data');
        return socket.pause();
      }),
    );
    // Until no client takes any more.
    for (let before = -1; made !== before;) {
      before = made;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const began = performance.now();
    await app.server.close();
    expect(performance.now() - began).toBeLessThan(SOON);
    for (const socket of sockets) socket.destroy();
  },
);
