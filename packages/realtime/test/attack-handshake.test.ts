import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import type { TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createWebSocketRoute } from '../src/websocket.ts';
import { serve } from './serve.ts';
import { closeFrame, frame, Refusal, sessionTo, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

/** A close frame with 1002, as bytes of Latin-1. */
const PROTOCOL_ERROR = '\x88\x02\x03\xea';
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const echo = createWebSocketRoute({
  protocols: ['chat'],
  message: (socket, message) => socket.send(message),
});
const routes = {
  '/ws': echo,
  '/any': createWebSocketRoute({
    trustedOrigins: ['https://app.example.com', 'https://xn--bcher-kva.example'],
  }),
  '/http': { handler: () => 'ordinary' },
} as const;

/** Sends bytes to a cleartext server, and gives all that comes until it ends the connection, or `enough` of it has come. */
async function bytesFor(app: TestServer, bytes: string | Buffer, enough: RegExp | string): Promise<string> {
  const socket = connect(Number(new URL(app.url).port), 'localhost');
  socket.on('error', () => undefined);
  socket.write(bytes);
  let received = '';
  for await (const chunk of socket) {
    received += (chunk as Buffer).toString('latin1');
    if (typeof enough === 'string' ? received.includes(enough) : enough.test(received)) break;
  }
  socket.destroy();
  return received;
}

describe('an upgrade of HTTP/1.1 that is', () => {
  let app: TestServer;
  beforeAll(async () => {
    app = await serve(routes, { tls: false, http2: { enabled: false } });
  });
  afterAll(() => app.close());

  const head = (fields: readonly string[] = [], path = '/ws', version = '1.1'): string =>
    [
      `GET ${path} HTTP/${version}`,
      'Host: localhost',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${KEY}`,
      ...fields,
      '\r\n',
    ].join('\r\n');
  const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket'];
  const echoed = Buffer.concat([frame(1, '"hi"'), closeFrame(1000)]);

  test.each([
    ['with other connection options', ['Connection: keep-alive, Upgrade', 'Upgrade: websocket']],
    ['in capitals', ['CONNECTION: UPGRADE', 'UPGRADE: WebSocket']],
    ['with an empty body', [...UPGRADE, 'Content-Length: 0']],
  ])('%s is accepted', async (_what, fields) => {
    const request = Buffer.concat([Buffer.from(head(fields)), echoed]);
    const received = await bytesFor(app, request, /"hi"/);
    expect(received).toMatch(/^HTTP\/1\.1 101 [^]*"hi"/);
  });

  test.each([
    ['without the connection option', ['Upgrade: websocket'], 400],
    ['to nothing', ['Connection: Upgrade', 'Upgrade: '], 426],
    ['to something else', ['Connection: Upgrade', 'Upgrade: h2c'], 426],
    ['to something longer', ['Connection: Upgrade', 'Upgrade: websockets'], 426],
    ['with content', [...UPGRADE, 'Content-Length: 4'], 400],
    ['with chunks', [...UPGRADE, 'Transfer-Encoding: chunked'], 400],
    ['with two lengths', [...UPGRADE, 'Content-Length: 0', 'Content-Length: 4'], 400],
    ['that waits', [...UPGRADE, 'Expect: 100-continue'], 400],
    ['with two versions', [...UPGRADE, 'Sec-WebSocket-Version: 8'], 426],
  ])('%s is refused with a whole answer', async (_what, fields, status) => {
    const received = await bytesFor(app, head(fields), /\}/);
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*application/problem\\+json[^]*\\}`));
    expect(received).not.toContain('101 Switching');
  });

  test.each([
    ['two protocols in one field', ['Connection: Upgrade', 'Upgrade: websocket, h2c']],
    ['two protocols in two fields', ['Connection: Upgrade', 'Upgrade: h2c', 'Upgrade: websocket']],
  ])('to %s is one answer', async (_what, fields) => {
    const received = await bytesFor(app, head(fields), /\r\n\r\n/);
    expect(received.match(/HTTP\/1\.1 \d+/g)).toHaveLength(1);
    expect(received).toMatch(/^HTTP\/1\.1 (101|400|426) /);
  });

  test('HTTP/1.0 is refused', async () => {
    expect(await bytesFor(app, head(UPGRADE, '/ws', '1.0'), /\}/)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('followed by a request has no second answer: what follows is frames', async () => {
    const bytes = head(UPGRADE) + 'GET /http HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const received = await bytesFor(app, bytes, PROTOCOL_ERROR);
    expect(received.startsWith('HTTP/1.1 101 ') && received.endsWith(PROTOCOL_ERROR)).toBe(true);
    expect(received).not.toContain('ordinary');
  });

  test('behind another request on its connection is answered', async () => {
    const bytes = 'GET /http HTTP/1.1\r\nHost: localhost\r\n\r\n' + head(UPGRADE);
    const received = await bytesFor(app, bytes, /ordinary[^]*HTTP\/1\.1 (101|400)/);
    expect(received).toMatch(/^HTTP\/1\.1 200 [^]*ordinary/);
  });

  test('refused leaves a connection on which requests and handshakes go on', async () => {
    const refused = head([...UPGRADE, 'Origin: https://evil.example']);
    const socket = connect(Number(new URL(app.url).port), 'localhost');
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    socket.write(refused);
    await expect.poll(() => received).toMatch(/ 403 [^]*\}/);
    if (!socket.readableEnded && !/connection: close/i.test(received)) {
      socket.write(head([], '/http'));
      await expect.poll(() => received).toMatch(/ordinary/);
      socket.write(Buffer.concat([Buffer.from(head(UPGRADE)), echoed]));
      await expect.poll(() => received).toMatch(/ 101 [^]*"hi"/);
    }
    socket.destroy();
  });

  test('for an ordinary route is an ordinary request, and the connection stays one', async () => {
    const bytes = head(UPGRADE, '/http') + head(UPGRADE, '/http');
    const received = await bytesFor(app, bytes, /ordinary[^]*ordinary/);
    expect(received.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });
});

describe.each(TRANSPORTS)('over %s, a handshake', (transport) => {
  let app: TestServer;
  beforeAll(async () => {
    app = await serve(routes);
  });
  afterAll(() => app.close());

  async function statusOf(path: string, headers: Readonly<Record<string, string>>): Promise<number> {
    try {
      await using client = await WebSocketClient.open(transport, app.url, path, headers);
      return client.answer.status === 200 ? 101 : client.answer.status;
    } catch (error) {
      if (error instanceof Refusal) return error.answer.status;
      throw error;
    }
  }

  test.each([
    (origin: string) => origin.toUpperCase(),
    (origin: string) => origin.replace('localhost', 'LOCALHOST'),
    (origin: string) => `${origin}/`,
    (origin: string) => `${origin}.`,
    (origin: string) => origin.replace('localhost', 'localhost.'),
    (origin: string) => origin.replace('localhost', 'evil@localhost'),
    (origin: string) => origin.replace('localhost', '127.0.0.1'),
    (origin: string) => `${origin}, https://evil.example`,
    (origin: string) => `https://evil.example, ${origin}`,
    (origin: string) => `${origin} https://evil.example`,
    (origin: string) => `${origin}#`,
    (origin: string) => `${origin}?`,
    (origin: string) => origin.replace('https', 'wss'),
    () => 'null',
    () => 'NULL',
    () => 'about:blank',
    () => 'file://',
    () => 'https://',
    () => '*',
  ])('from a page of an origin that only looks like ours is refused (%s)', async (disguise) => {
    expect(await statusOf('/ws', { origin: disguise(app.url) })).toBe(403);
  });

  test.each([
    ['https://app.example.com', 101],
    ['https://app.example.com:443', 403],
    ['https://APP.example.com', 403],
    ['https://app.example.com.', 403],
    ['https://app.example.com.evil.net', 403],
    ['https://evil.net/https://app.example.com', 403],
    ['https://app.example.com@evil.net', 403],
    ['http://app.example.com', 403],
    ['https://xn--bcher-kva.example', 101],
    ['https://b\u00fccher.example', 403],
  ])('from %s, where another origin is trusted, gets %i', async (origin, status) => {
    expect(await statusOf('/any', { origin })).toBe(status);
  });

  test.each([
    ['chat', 101],
    ['CHAT', 101],
    ['other, chat', 101],
    ['chat, chat', 400],
    ['chat,', 400],
    [', chat', 400],
    ['ch at', 400],
    ['chat;q=1', 400],
    ['"chat"', 400],
    ['ch\u00e4t', 400],
    ['x'.repeat(4000), 101],
  ])('that offers %j gets %i', async (offer, status) => {
    expect(await statusOf('/ws', { 'sec-websocket-protocol': offer })).toBe(status);
  });

  test('with a protocol that is not spoken has none in its answer', async () => {
    await using client = await WebSocketClient.open(transport, app.url, '/ws', {
      'sec-websocket-protocol': 'CHAT, other',
    });
    expect(client.answer.headers['sec-websocket-protocol']).toBeUndefined();
  });
});

describe('an extended CONNECT that', () => {
  let app: TestServer;
  let session: ClientHttp2Session;
  beforeAll(async () => {
    app = await serve(routes);
    session = await sessionTo(app.url);
  });
  afterAll(async () => {
    session.destroy();
    await app.close();
  });

  /** The status, or the code that the stream was reset with. */
  async function outcome(headers: Record<string, string>, content?: string): Promise<string> {
    const stream = session.request(headers, { endStream: false });
    const closed = new Promise<string>((resolve) => {
      stream.on('close', () => resolve(`reset ${stream.rstCode}`));
      stream.on('error', () => undefined);
    });
    if (content !== undefined) stream.write(content);
    const answered = once(stream, 'response').then(
      ([got]) => String((got as { ':status': number })[':status']),
      () => closed,
    );
    const result = await Promise.race([answered, closed]);
    stream.close();
    return result;
  }
  const fields = (): Record<string, string> => ({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':scheme': 'https',
    ':path': '/ws',
    ':authority': new URL(app.url).host,
    'sec-websocket-version': '13',
  });
  const without = (name: string): Record<string, string> =>
    Object.fromEntries(Object.entries(fields()).filter(([key]) => key !== name));

  test.each<[string, () => Record<string, string>, string | RegExp]>([
    ['is whole is accepted', fields, '200'],
    [
      'has an authority with user info is refused',
      () => ({ ...fields(), ':authority': 'a@localhost' }),
      /^(400|reset 1)$/,
    ],
    ['has another Host is refused', () => ({ ...fields(), host: 'evil.example' }), /^(400|reset 1)$/],
    ['is for an ordinary route gets 501', () => ({ ...fields(), ':path': '/http' }), '501'],
    ['is for nothing is refused', () => ({ ...fields(), ':path': '/nothing' }), /^(404|501)$/],
    ['names another protocol gets 501', () => ({ ...fields(), ':protocol': 'connect-udp' }), '501'],
    [
      'names the protocol in capitals is no WebSocket, or one',
      () => ({ ...fields(), ':protocol': 'WebSocket' }),
      /^(200|501)$/,
    ],
    ['names two protocols gets 501', () => ({ ...fields(), ':protocol': 'websocket, x' }), /^(501|reset 1)$/],
    ['names no protocol gets 501', () => ({ ...fields(), ':protocol': '' }), /^(501|400|reset 1)$/],
    ['is no CONNECT is refused', () => ({ ...fields(), ':method': 'GET' }), /^(400|reset 1)$/],
    ['has a length is refused', () => ({ ...fields(), 'content-length': '5' }), '400'],
    ['has another version gets 426', () => ({ ...fields(), 'sec-websocket-version': '8' }), '426'],
    ['has no version gets 426', () => without('sec-websocket-version'), '426'],
  ])('%s', async (_what, headers, expected) => {
    expect(await outcome(headers())).toMatch(
      typeof expected === 'string' ? new RegExp(`^${expected}$`) : expected,
    );
  });

  test('is a plain CONNECT reaches no route', async () => {
    expect(await outcome({ ':method': 'CONNECT', ':authority': 'localhost:22' })).toMatch(
      /^(4\d\d|501|reset 1)$/,
    );
  });

  test('sends frames before its answer has them read afterwards', async () => {
    const stream = session.request(fields(), { endStream: false });
    stream.write(Buffer.concat([frame(1, '"early"'), closeFrame(1000)]));
    const received: Buffer[] = [];
    for await (const chunk of stream) {
      received.push(chunk as Buffer);
      if (Buffer.concat(received).includes(Buffer.of(0x88))) stream.end();
    }
    expect(Buffer.concat(received).toString('latin1')).toContain('"early"');
  });

  test('leaves the session to others', async () => {
    expect(session.destroyed).toBe(false);
    const stream = session.request({ ':path': '/http' });
    expect(await text(stream)).toBe('ordinary');
  });
});

test('the setting of extended CONNECT is in the first SETTINGS', async () => {
  const app = await serve(routes);
  const session = connectHttp2(app.url);
  const [settings] = (await once(session, 'remoteSettings')) as [{ enableConnectProtocol: boolean }];
  expect(settings.enableConnectProtocol).toBe(true);
  session.destroy();
  await app.close();
});
