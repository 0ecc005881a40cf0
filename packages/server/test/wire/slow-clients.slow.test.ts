import { once } from 'node:events';
import { connect } from 'node:net';

import type { TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { encodeFields } from './hpack.ts';
import { post, withLimits } from './http2-limited.ts';
import { type Http1Transport, RawConnection } from './raw-http1.ts';
import { END_STREAM, frame, HEADERS, RawHttp2, request } from './raw-http2.ts';

// Milliseconds.
const LIMIT = 1000;
// Between two bytes of a slow client.
const PAUSE = 100;
// An end may come a second later than its limit. Bytes tell that on a busy machine, too: client and server share a process.
const MOST_BYTES = (LIMIT + 1000) / PAUSE;

let secure: TestServer;
let cleartext: TestServer;

beforeAll(async () => {
  const limits = { handshakeTimeout: LIMIT, headersTimeout: LIMIT, requestTimeout: LIMIT };
  secure = await withLimits(limits);
  cleartext = await withLimits(limits, { tls: false });
});
afterAll(() => Promise.all([secure.close(), cleartext.close()]));

/** Sends bytes one by one until `end` resolves, which has to be soon after the limit. */
async function drip(send: () => unknown, end: Promise<unknown>): Promise<void> {
  const began = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    send();
  }, PAUSE);
  try {
    await end;
  } finally {
    clearInterval(timer);
  }
  expect(performance.now() - began).toBeGreaterThan(LIMIT - 50);
  expect(sent).toBeLessThan(MOST_BYTES);
}

describe.concurrent('a slow client is cut off within a second of the limit:', () => {
  const http1: [Http1Transport, () => TestServer][] = [
    ['cleartext', () => cleartext],
    ['TLS', () => secure],
  ];
  test.each(http1)('HTTP/1.1, %s, header', async (transport, on) => {
    await using connection = await RawConnection.open(on().server.port, transport);
    connection.socket.on('error', () => undefined);
    connection.send('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    await drip(() => connection.send('a'), once(connection.socket, 'close'));
    expect(connection.received).toMatch(/^HTTP\/1\.1 408 /);
  });

  test.each(http1)('HTTP/1.1, %s, content', async (transport, on) => {
    await using connection = await RawConnection.open(on().server.port, transport);
    connection.socket.on('error', () => undefined);
    connection.send('POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n');
    await drip(() => connection.send('a'), once(connection.socket, 'close'));
    expect(connection.received).toMatch(/^HTTP\/1\.1 408 /);
  });

  const http2: [string, () => TestServer][] = [
    ['cleartext', () => cleartext],
    ['TLS', () => secure],
  ];
  test.each(http2)('HTTP/2, %s, header', async (_name, on) => {
    using client = await RawHttp2.open(on());
    const head = frame(
      HEADERS,
      END_STREAM,
      1,
      encodeFields(request('/', 'GET', ['x-slow', 'a'.repeat(100)])),
    );
    let sent = head.length - 100;
    client.send(head.subarray(0, sent));
    await drip(() => client.send(head.subarray(sent, ++sent)), client.end());
  });

  test.each(http2)('HTTP/2, %s, content', async (_name, on) => {
    using client = await RawHttp2.open(on());
    client.send(post(1, '/read'));
    const piece = frame(0, 0, 1, Buffer.from('a'));
    const outcome = client.outcome(1);
    await drip(() => client.send(piece), outcome);
    expect(await outcome).toMatchObject({ status: 408, end: 'complete' });
  });

  test.each([
    ['at once', 0],
    ['late', LIMIT * 0.8],
  ])('a TLS handshake whose first byte comes %s', async (_name, after) => {
    const socket = connect({ port: secure.server.port, host: 'localhost' }).on('error', () => undefined);
    await once(socket, 'connect');
    // A ClientHello of 512 bytes that doesn't end.
    setTimeout(() => socket.write(Buffer.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3)), after);
    const closed = once(socket.resume(), 'close');
    await drip(() => undefined, closed);
  });
});
