import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { headers, PREFACE, RawHttp2, request, settings } from './raw-http2.ts';

let app: TestServer;
beforeAll(async () => {
  app = await startTestServer();
  app.server.router.addRoute('GET', '/', { handler: (ctx) => ctx.request.protocol });
});
afterAll(() => app.close());

function open(ALPNProtocols?: string[]): TLSSocket {
  return connect({
    port: app.server.port,
    host: 'localhost',
    ...(ALPNProtocols ? { ALPNProtocols } : {}),
  }).on('error', () => undefined);
}

/** All that comes until a socket is closed. */
async function answerTo(socket: Socket, bytes: string | Buffer): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.on('error', () => undefined).write(bytes);
  await closed;
  return Buffer.concat(chunks).toString('latin1');
}

describe('ALPN (RFC 7301 section 3.2)', () => {
  test.each<[string[] | undefined, string | false]>([
    [['h2'], 'h2'],
    [['http/1.1', 'h2'], 'h2'],
    [['spdy/3', 'http/1.1'], 'http/1.1'],
    [undefined, false],
  ])('of %j agrees on %s', async (protocols, agreed) => {
    const socket = open(protocols);
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe(agreed);
    socket.destroy();
  });

  test.each(['spdy/3', 'h2c', 'H2', 'http/1.0'])('of %s alone is refused with an alert', async (protocol) => {
    const [error] = (await once(open([protocol]), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
  });

  test('is not needed: HTTP/1.1 is spoken without', async () => {
    const answer = await answerTo(open(), 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nHTTP\/1\.1$/);
  });
});

describe('a client that does not keep to what was agreed on is refused:', () => {
  test.each([
    ['HTTP/2 where HTTP/1.1 was', ['http/1.1']],
    ['HTTP/2 where nothing was', undefined],
  ])('%s', async (_name, protocols) => {
    const frames = [PREFACE, settings(), headers(1, request('/'))];
    const answer = await answerTo(open(protocols), Buffer.concat(frames));
    expect(answer).toMatch(/^HTTP\/1\.1 505 /);
  });

  test('HTTP/1.1 where HTTP/2 was (RFC 9113 section 3.4)', async () => {
    using client = await RawHttp2.connect(app);
    client.send(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    await client.end();
    expect(client.heads(1)).toEqual([]);
  });

  test.each([
    ['HTTP/1.1', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', /^HTTP\/1\.1 307 /],
    ['HTTP/2', PREFACE, /This port speaks TLS/],
  ])('%s without TLS', async (_name, bytes, told) => {
    const answer = await answerTo(connectTcp({ port: app.server.port, host: 'localhost' }), bytes);
    expect(answer).toMatch(told);
    expect(answer).not.toContain('200 OK');
  });
});
