import type { Exchange } from '@blaizejs/types/internal';
import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { AdapterUnderTest } from './adapter-suite.ts';
import { RawConnection } from './raw-http1.ts';
import * as h2 from './raw-http2.ts';

const WINDOW = 65_535;

describe('a request whose content does not come, over HTTP/2', () => {
  test.each<[string, number, number, (exchange: Exchange) => void]>([
    ['204', 204, 0, (exchange) => exchange.respond(204, {}, null)],
    ['304', 304, 0, (exchange) => exchange.respond(304, { etag: '"1"' }, null)],
    ['a redirect', 303, 0, (exchange) => exchange.respond(303, { location: '/' }, null)],
    ['an empty 200', 200, 0, (exchange) => exchange.respond(200, { 'content-length': '0' }, null)],
    ['a text', 200, 2, (exchange) => exchange.respond(200, {}, 'ok')],
    ['as much as the window', 200, WINDOW, (exchange) => exchange.respond(200, {}, Buffer.alloc(WINDOW))],
    ['an empty stream', 200, 0, (exchange) => void exchange.respondStream(200, {}).end()],
    ['a stream', 200, WINDOW, (exchange) => void exchange.respondStream(200, {}).end(Buffer.alloc(WINDOW))],
    [
      'trailers',
      200,
      2,
      (exchange) => void exchange.respondStream(200, {}, { trailers: () => ({ 'x-sum': '1' }) }).end('ok'),
    ],
  ])(
    'is reset only behind its complete answer: %s (RFC 9113 section 8.1)',
    async (_name, status, size, answer) => {
      for (const wait of [(then: () => void) => then(), queueMicrotask, setImmediate]) {
        await using app = await AdapterUnderTest.start('HTTP/2', (exchange) => wait(() => answer(exchange)));
        using client = await app.http2();
        client.send(h2.headers(1, h2.request('/', 'POST'), h2.END_HEADERS));
        await client.find(({ type }) => type === h2.RST_STREAM);
        const outcome = await client.outcome(1);
        expect({ ...outcome, content: outcome.content.length }).toEqual({
          status,
          content: size,
          end: 'complete',
        });
        const last = client.frames.filter(({ stream }) => stream === 1).at(-1);
        expect(last && [last.type, h2.errorOf(last)]).toEqual([h2.RST_STREAM, 'NO_ERROR']);
      }
    },
  );

  test('is not reset while its answer waits for a window', async () => {
    await using app = await AdapterUnderTest.start('HTTP/2', (exchange) =>
      exchange.respond(200, {}, Buffer.alloc(WINDOW + 1)),
    );
    using client = await app.http2();
    client.send(h2.headers(1, h2.request('/', 'POST'), h2.END_HEADERS));
    await client.until(() => client.content(1).length === WINDOW);
    await client.roundTrip();
    expect(client.frames.some(({ type }) => type === h2.RST_STREAM)).toBe(false);
    client.send(h2.windowUpdate(1, 1), h2.windowUpdate(0, 1));
    await client.find(({ type }) => type === h2.RST_STREAM);
    expect(client.content(1)).toHaveLength(WINDOW + 1);
    expect((await client.outcome(1)).end).toBe('complete');
  });
});

test('a stream() that is left in part does not hold its connection', async () => {
  await using app = await startTestServer({ http2: { enabled: false } });
  app.server.router.addRoute('POST', '/', {
    handler: async ({ request }) => {
      const body = request.stream();
      const first = await new Promise<Buffer>((resolve) => body.once('data', resolve));
      return String(first.length > 0);
    },
  });
  await using connection = await RawConnection.open(app.server.port, 'cleartext');
  connection.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n`, 'a'.repeat(100_000));
  const answer = await connection.answer();
  expect([answer.content, answer.fields['connection']]).toEqual(['true', ['close']]);
  await connection.ended();
});
