/** What a client may send as `Last-Event-ID`, and what goes over the wire. */
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { text } from 'node:stream/consumers';

import { cors } from '@blaizejs/middleware/cors';
import { compress } from '@blaizejs/middleware/compress';
import { expect, describe, test } from 'vitest';
import { z } from 'zod';

import { createChannel, createSSERoute, memoryEventLog } from '../src/index.ts';
import { serve, Text } from './over-the-wire.ts';

const events = { text: z.string() };
const LONG = 'x'.repeat(10_000);

describe.each(['http1', 'http2'] as const)('over %s', (protocol) => {
  test.each([
    ['of 10 kB', LONG],
    ['in UTF-8', Buffer.from('ü✓').toString('latin1')],
    ['of no UTF-8', '\xff\xfe'],
    ['like one of ours', '__proto__-1'],
    ['with a number that none can hold', `a-${'9'.repeat(30)}`],
    ['that is a path', '../../users/2'],
    ['with a glob', '*-*'],
  ])('an id %s is a reset, and the stream goes on', async (_what, id) => {
    const channel = createChannel('ids', { events });
    await channel.publish('text', 'before');
    await using app = await serve(createSSERoute({ events, handler: () => channel }));
    const stream = new Text(await app[protocol].request('/events', { headers: { 'last-event-id': id } }));
    expect(await stream.until('data: null\n\n')).toMatch(
      /^retry: \d+\n\nid: \w+-1\nevent: reset\ndata: null\n\n$/,
    );
    await channel.publish('text', 'after');
    await stream.until('data: "after"');
    await stream.cancel();
  });

  test('the id of another topic or channel shows nothing of it', async () => {
    const log = memoryEventLog();
    const [mine, other] = ['mine', 'other'].map((name) => createChannel(name, { events, log }));
    const id = (await other?.topic('a').publish('text', 'secret')) ?? '';
    await mine?.topic('b').publish('text', 'secret');
    await mine?.topic('a').publish('text', 'mine');
    await other?.topic('a').publish('text', 'secret');
    await using app = await serve(createSSERoute({ events, handler: () => mine?.topic('a') as never }));
    for (const after of [id, '0-1', `${id}, ${id}`]) {
      const stream = new Text(
        await app[protocol].request('/events', { headers: { 'last-event-id': after } }),
      );
      await stream.until('data: ');
      await mine?.topic('a').publish('text', 'end');
      expect(await stream.until('"end"')).not.toContain('secret');
      await stream.cancel();
    }
  });

  test.each(['grüße ✓', '𝒳: data', 'a\u2028b', '%00%0a', 'ü'.repeat(2_000)])(
    'an id of a generator comes back as it was: %j',
    async (id) => {
      let seen: string | undefined;
      const route = createSSERoute({
        events,
        async *handler(_, { lastEventId }) {
          await Promise.resolve();
          seen = lastEventId;
          yield { event: 'text', data: 'x', id };
        },
      });
      await using app = await serve(route);
      const first = await (await app[protocol].request('/events')).text();
      const sent = /\nid: ([^\n]*)\n/.exec(first)?.[1] ?? '';
      // As the HTML standard has it: in UTF-8.
      const headers = { 'last-event-id': Buffer.from(sent).toString('latin1') };
      await (await app[protocol].request('/events', { headers })).text();
      expect(seen).toBe(id);
    },
  );

  test('each event is compressed and sent at once, and so are the last words', async () => {
    const channel = createChannel('gzip', { events });
    await using app = await serve(createSSERoute({ events, handler: () => channel }), {
      middleware: [compress()],
    });
    const response = await app[protocol].request('/events', { headers: { 'accept-encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    const source = new Response(response.body?.pipeThrough(new DecompressionStream('gzip')));
    const stream = new Text(source);
    await stream.until('\n\n');
    for (const word of ['one', 'two', 'three']) {
      await channel.publish('text', word);
      await stream.until(`"${word}"\n\n`);
    }
    const closing = app.server.close();
    expect(await stream.rest()).toMatch(/"three"\n\nretry: \d+\n\n$/);
    await closing;
  });

  test('a page of another origin may read it with its credentials, if it is allowed to', async () => {
    const channel = createChannel('cors', { events });
    await using app = await serve(createSSERoute({ events, handler: () => channel }), {
      middleware: [cors({ origin: ['https://page.example'], credentials: true })],
    });
    const headers = { origin: 'https://page.example' };
    const response = await app[protocol].request('/events', { headers });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://page.example',
      'access-control-allow-credentials': 'true',
      'content-type': 'text/event-stream',
      vary: expect.stringMatching(/origin/i),
    });
    await response.body?.cancel();
    const other = await app[protocol].request('/events', { headers: { origin: 'https://other.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    await other.body?.cancel();
  });

  test('a log that is away is a 503, and a client that reconnects comes back', async () => {
    const inner = memoryEventLog();
    let isAway = true;
    const channel = createChannel('away', {
      events,
      log: {
        append: inner.append.bind(inner),
        read: inner.read.bind(inner),
        watch: (...args) => (isAway ? Promise.reject(new Error('a secret')) : inner.watch(...args)),
      },
    });
    const route = createSSERoute({ events, handler: () => channel });
    await using app = await serve(route);
    const response = await app[protocol].request('/events');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    const body = await response.text();
    expect(body).toContain('ERR_BLAIZE_EVENT_LOG');
    expect(body).not.toContain('secret');
    isAway = false;
    const stream = new Text(await app[protocol].request('/events'));
    await stream.until('\n\n');
    await stream.cancel();
  });
});

describe('as bytes', () => {
  const ask = async (lines: string): Promise<string> => {
    const route = createSSERoute({
      events,
      retry: 5,
      async *handler() {
        await Promise.resolve();
        yield { event: 'text', data: 'a' };
      },
    });
    await using app = await serve(route, { tls: false, http2: { enabled: false } });
    const socket = connectTcp(app.server.port, 'localhost');
    await once(socket, 'connect');
    socket.write(`${lines}\r\n\r\n`, 'latin1');
    // The server lives until it has answered.
    return await text(socket);
  };

  test('HTTP/1.0 gets no chunks (RFC 9112 section 7.1)', async () => {
    const [head, body] = (await ask('GET /events HTTP/1.0\r\nConnection: keep-alive')).split(/\r\n\r\n/);
    expect(head).toMatch(/\r\nconnection: close/i);
    expect(head).not.toMatch(/transfer-encoding/i);
    expect(body).toBe('retry: 5\n\nevent: text\ndata: "a"\n\n');
  });

  test.each(['a\0b', 'a\rdata: b', 'a\nHost: b\n c'])('no id with %j arrives', async (id) => {
    const answer = await ask(`GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nLast-Event-ID: ${id}`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });
});
