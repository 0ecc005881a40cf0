import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import path from 'node:path';

import type { TestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { temporaryFolder } from '../../../../tooling/test/folder.ts';
import { createServer } from '../../src/index.ts';
import { CANCEL, get, withLimits } from './http2-limited.ts';
import { GOAWAY, headers, PREFACE, RawHttp2, request, reset, settings, SETTINGS } from './raw-http2.ts';

const CLEARTEXT = { tls: false } as const;
const ONE_BY_ONE = [...Buffer.concat([PREFACE, settings()])].map((byte) => Buffer.of(byte));

/** Sends pieces, each in a packet of its own, and gives what comes until the server ends the connection. */
async function send({ server }: TestServer, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect({ port: server.port, host: 'localhost', noDelay: true });
  await once(socket, 'connect');
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('latin1'))).on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve));
  await closed;
  return received;
}

test('a port in cleartext serves HTTP/2 by prior knowledge and HTTP/1.1 (RFC 9113 section 3.3)', async () => {
  await using app = await withLimits({}, CLEARTEXT);
  app.server.router.addRoute('GET', '/how', {
    handler: ({ request: { protocol, url, tls } }) => ({ protocol, scheme: url.protocol, tls: typeof tls }),
  });
  const ask = async (client: TestServer['http1']): Promise<unknown> => (await client.request('/how')).json();
  const shared = { scheme: 'http:', tls: 'undefined' };
  expect(await ask(app.http2)).toEqual({ protocol: 'HTTP/2', ...shared });
  expect(await ask(app.http1)).toEqual({ protocol: 'HTTP/1.1', ...shared });
  expect(app.server.addresses[0]?.protocols).toEqual(['HTTP/2', 'HTTP/1.1']);
  const { connections, sessions, totals } = app.server.statistics;
  expect({ connections, sessions, totals: totals.connections }).toEqual({
    connections: 2,
    sessions: 1,
    totals: { 'HTTP/1.1': 1, 'HTTP/2': 1 },
  });
});

test('a client cannot claim https in cleartext', async () => {
  await using app = await withLimits({}, CLEARTEXT);
  app.server.router.addRoute('GET', '/url', { handler: (ctx) => ctx.request.url.href });
  using client = await RawHttp2.open(app);
  client.send(headers(1, request('/url')));
  expect((await client.outcome(1)).content).toBe('http://localhost/url');
});

test('the preface may come byte by byte', async () => {
  await using app = await withLimits({}, CLEARTEXT);
  using client = await RawHttp2.connect(app);
  client.socket.setNoDelay(true);
  for (const byte of ONE_BY_ONE) await new Promise((resolve) => client.socket.write(byte, resolve));
  await client.find(({ type, flags }) => type === SETTINGS && flags === 1);
  client.send(get(1, '/'));
  expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'ok' });
});

describe('what is no preface is refused as HTTP/1.1:', () => {
  test.each([
    ['the method PRI', 'PRI / HTTP/1.1\r\nHost: a\r\n\r\n', /^HTTP\/1\.1 (400|501|505) /],
    ['another target', 'PRI /x HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 (400|501|505) /],
    ['a field in the preface', 'PRI * HTTP/2.0\r\nHost: a\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 (400|501|505) /],
    ['garbage after its half', 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n', /^HTTP\/1\.1 (400|501|505) /],
    ['lines before it', '\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 505 /],
    [
      'HTTP/1.1 before it',
      'GET / HTTP/1.1\r\nHost: a\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      / 200 [^]* 505 /,
    ],
    [
      'the PROXY protocol',
      'PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nGET / HTTP/1.1\r\n\r\n',
      /^HTTP\/1\.1 (400|501) /,
    ],
  ])('%s', async (_name, bytes, answer) => {
    await using app = await withLimits({}, CLEARTEXT);
    expect(await send(app, bytes)).toMatch(answer);
    expect(app.server.statistics.sessions).toBe(0);
  });

  test('a server without HTTP/2', async () => {
    await using app = await withLimits({}, { http2: { enabled: false } });
    expect(await send(app, PREFACE)).toMatch(/^HTTP\/1\.1 505 /);
  });
});

test.each([
  ['the half of a preface', [PREFACE.subarray(0, 16)]],
  ['a preface without SETTINGS', [PREFACE]],
])('headersTimeout ends a connection that sends %s', async (_name, pieces) => {
  await using app = await withLimits({ headersTimeout: 50 }, CLEARTEXT);
  await send(app, ...pieces);
  expect(app.server.limitHits.headersTimeout).toBe(1);
});

test('a client that leaves in the middle of the preface, or right after it, leaves nothing behind', async () => {
  await using app = await withLimits({}, CLEARTEXT);
  for (const length of [1, 10, 23, 24]) {
    const socket = connect({ port: app.server.port, host: 'localhost' });
    await once(socket, 'connect');
    socket.resume().end(PREFACE.subarray(0, length));
    await once(socket, 'close');
  }
  await expect.poll(() => app.server.statistics.connections).toBe(0);
});

test('limits for streams apply, such as rapid reset (CVE-2023-44487)', async () => {
  await using app = await withLimits({ streamResetBurst: 5 }, CLEARTEXT);
  using client = await RawHttp2.open(app);
  for (let id = 1; id < 40; id += 2) client.send(get(id, '/waits'), reset(id, CANCEL));
  expect(await client.end()).toContain('ENHANCE_YOUR_CALM');
  expect(app.server.limitHits.streamResetRate).toBe(1);
  expect(app.server.statistics.totals.goaways.server['ENHANCE_YOUR_CALM']).toBe(1);
});

test('maxConnections counts connections of both protocols', async () => {
  await using app = await withLimits({ maxConnections: 1 }, CLEARTEXT);
  using client = await RawHttp2.open(app);
  expect(await send(app)).toBe('');
  expect(app.server.limitHits.maxConnections).toBe(1);
  client.send(get(1, '/'));
  expect(await client.outcome(1)).toMatchObject({ status: 200 });
});

test('a Unix socket serves both protocols', async () => {
  const folder = await temporaryFolder();
  const place = path.join(folder, 'sock');
  await using server = createServer({ routesDir: false, logger: false, handleSignals: false, tls: false });
  server.router.addRoute('GET', '/', { handler: (ctx) => ctx.request.protocol });
  await server.listen({ path: place });
  const session = connectHttp2('http://localhost', { createConnection: () => connect(place) });
  let text = '';
  for await (const chunk of session.request().setEncoding('utf8')) text += String(chunk);
  session.close();
  expect(text).toBe('HTTP/2');
});

test('a stream that was on its way when the end was announced is served (RFC 9113 section 6.8)', async () => {
  const app = await withLimits({}, CLEARTEXT);
  const raw = await RawHttp2.open(app);
  const pings = raw.find(({ type, flags }) => type === 6 && flags === 0);
  const closed = app.close();
  const ping = await pings;
  raw.send(Buffer.concat([Buffer.from('000008060100000000', 'hex'), ping?.payload ?? Buffer.alloc(8)]));
  await raw.find(({ type }) => type === GOAWAY);
  // It has not read the notice yet.
  raw.send(get(1, '/'));
  expect(await raw.outcome(1)).toMatchObject({ status: 200, content: 'ok' });
  await closed;
  const named = raw.frames
    .filter(({ type }) => type === GOAWAY)
    .map(({ payload }) => payload.readUInt32BE(0));
  expect([named[0], named.at(-1)]).toEqual([2 ** 31 - 1, 1]);
  raw.destroy();
});
