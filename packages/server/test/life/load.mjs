/**
 * Clients that ask for `/` without a pause, in a process of their own, so that they take no time from the server's event
 * loop. Told to start, it asks for some seconds, and sends how long the answers took, in milliseconds, by status.
 */
import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import { setTimeout } from 'node:timers/promises';

const { protocol, port, ca, clients, seconds } = JSON.parse(process.argv[2] ?? '');
const trust = { host: 'localhost', port, ca };

/** How a client asks: over a connection of its own (HTTP/1.1), or all over one (HTTP/2). */
const open = {
  http1: () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    return async (path) => {
      const [response] = await once(https.get({ ...trust, agent, path }), 'response');
      await once(response.resume(), 'end');
      return response.statusCode;
    };
  },
  http2: (session) => async (path) => {
    const stream = session.request({ ':path': path });
    const [headers] = await once(stream, 'response');
    await once(stream.resume(), 'end');
    return headers[':status'];
  },
}[protocol];

const session = protocol === 'http2' ? http2.connect(`https://localhost:${port}`, { ca }) : undefined;
const asks = Array.from({ length: clients }, () => open(session));
// This is about requests, not about handshakes.
await Promise.all(asks.map((ask) => ask('/health')));
process.send?.('ready');
await once(process, 'message');
const until = performance.now() + seconds * 1000;
/** @type {Record<number, number[]>} */
const seen = {};
await Promise.all(
  asks.map(async (ask) => {
    while (performance.now() < until) {
      const began = performance.now();
      const status = await ask('/');
      (seen[status] ??= []).push(performance.now() - began);
      // Clients that are refused wait for a moment.
      if (status !== 200) await setTimeout(20);
    }
  }),
);
process.send?.(seen, () => process.exit());
