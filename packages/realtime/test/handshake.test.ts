import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { createMiddleware } from '@blaizejs/middleware';
import { UnauthorizedError } from '@blaizejs/errors';
import type { TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { createWebSocketRoute } from '../src/websocket.ts';
import { serve } from './serve.ts';
import { type Answer, Refusal, sessionTo, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

const requireUser = createMiddleware<{ user: string }>({
  name: 'require-user',
  onRequest: (ctx) => {
    const user = ctx.request.header('authorization');
    if (user === undefined) throw new UnauthorizedError('Sign in first.');
    ctx.state.user = user;
  },
});

let opened = 0;
const routes = {
  '/plain': createWebSocketRoute({ open: () => void (opened += 1) }),
  '/rooms/:id': createWebSocketRoute({
    schema: { params: z.object({ id: z.coerce.number() }), query: z.object({ since: z.coerce.number() }) },
    middleware: [requireUser],
    messages: { out: z.object({ id: z.number(), since: z.number(), user: z.string() }) },
    open: (socket) => {
      const { params, query } = socket.ctx.request;
      return socket.send({ ...params, ...query, user: socket.ctx.state.user });
    },
  }),
  '/protocols': createWebSocketRoute({
    protocols: ['v1.chat', 'v2.chat'],
    open: (socket) => socket.send(socket.protocol),
  }),
  '/partners': createWebSocketRoute({
    trustedOrigins: ['https://app.example.com', /https:\/\/[\w-]+\.example\.org/],
  }),
  '/anyone': createWebSocketRoute({ trustedOrigins: 'any' }),
  '/http': () => 'an ordinary route',
} as const;

async function refusal(opening: Promise<WebSocketClient>): Promise<Answer & { readonly body: string }> {
  const client = await opening.catch((error: unknown) => error);
  if (client instanceof Refusal) return client.answer;
  if (client instanceof WebSocketClient) {
    await client[Symbol.asyncDispose]();
    throw new Error('The handshake was accepted.');
  }
  throw client;
}

describe.each(TRANSPORTS)('a handshake over %s', (transport) => {
  let app: TestServer;
  beforeAll(async () => {
    const { '/http': plain, ...sockets } = routes;
    app = await serve({ ...sockets, '/http': { handler: plain } });
  });
  afterAll(() => app.close());

  const open = (path: string, headers?: Readonly<Record<string, string>>): Promise<WebSocketClient> =>
    WebSocketClient.open(transport, app.url, path, headers);
  const refused = (path: string, headers?: Readonly<Record<string, string>>): ReturnType<typeof refusal> =>
    refusal(open(path, headers));

  test('opens with parameters, query and what middleware has found', async () => {
    await using client = await open('/rooms/7?since=3', { authorization: 'Ada' });
    expect(await client.message()).toEqual({ id: 7, since: 3, user: 'Ada' });
    expect(client.answer.headers['sec-websocket-extensions']).toBeUndefined();
  });

  test('is refused by middleware with an ordinary answer', async () => {
    const { status, headers, body } = await refused('/rooms/7?since=3');
    expect([status, headers['content-type']]).toEqual([401, 'application/problem+json']);
    expect(JSON.parse(body)).toMatchObject({ status: 401, detail: 'Sign in first.' });
  });

  test.each(['/rooms/x?since=3', '/rooms/7'])('is refused if the request does not fit: %s', async (path) => {
    const { status, body } = await refused(path, { authorization: 'Ada' });
    expect([status, JSON.parse(body)]).toMatchObject([400, { code: 'ERR_BLAIZE_VALIDATION' }]);
  });

  test.each(['12', '8', '14', '', '13, 13', 'x'])(
    'of version %j gets 426 and the right one',
    async (version) => {
      const { status, headers, body } = await refused('/plain', { 'sec-websocket-version': version });
      expect([status, headers['sec-websocket-version']]).toEqual([426, '13']);
      expect(JSON.parse(body)).toMatchObject({ code: 'ERR_BLAIZE_UPGRADE_REQUIRED' });
    },
  );

  describe('from a page', () => {
    test('of the same origin is accepted', async () => {
      await using client = await open('/plain', { origin: app.url });
      expect(client.answer.status).toBe(transport === 'HTTP/2' ? 200 : 101);
    });

    test.each([
      ['another host', 'https://evil.example'],
      ['another port', 'https://localhost:1'],
      ['the default port', 'https://localhost'],
      ['another scheme', 'http:'],
      ['nowhere', 'null'],
      ['nothing', ''],
      ['a host that only begins like it', 'https://localhost.evil.example'],
    ])('of %s is refused', async (_what, given) => {
      const before = opened;
      const origin = given === 'http:' ? app.url.replace('https:', 'http:') : given;
      const { status, body } = await refused('/plain', { origin });
      expect([status, JSON.parse(body)]).toMatchObject([403, { code: 'ERR_BLAIZE_WEBSOCKET_ORIGIN' }]);
      expect(opened).toBe(before);
    });

    test('of a trusted origin is accepted, and no other', async () => {
      for (const origin of ['https://app.example.com', 'https://a-b.example.org', app.url]) {
        await using client = await open('/partners', { origin });
        expect(client.answer.status).toBeGreaterThan(0);
      }
      for (const origin of ['https://app.example.com:8443', 'https://x.example.org.evil.net', 'null']) {
        expect((await refused('/partners', { origin })).status).toBe(403);
      }
      await using anyone = await open('/anyone', { origin: 'https://evil.example' });
      expect(anyone.answer.status).toBeGreaterThan(0);
    });
  });

  describe('with subprotocols', () => {
    test.each([
      ['v2.chat, v1.chat', 'v2.chat'],
      ['v9.chat,v1.chat', 'v1.chat'],
      ['v9.chat', undefined],
    ])('%j chooses %j', async (offered, chosen) => {
      await using client = await open('/protocols', { 'sec-websocket-protocol': offered });
      expect(client.answer.headers['sec-websocket-protocol']).toBe(chosen);
      expect(await client.message()).toBe(chosen ?? '');
    });

    test.each(['a,,b', 'a b', 'a,a', ','])('%j is refused', async (offered) => {
      expect((await refused('/protocols', { 'sec-websocket-protocol': offered })).status).toBe(400);
    });
  });

  test('of a route that opens no WebSockets is not accepted', async () => {
    const { status, body } = await refused('/http');
    if (transport === 'HTTP/2') expect(status).toBe(501);
    else expect([status, body]).toEqual([200, 'an ordinary route']);
  });
});

describe('an ordinary request to a WebSocket route', () => {
  let app: TestServer;
  beforeAll(async () => {
    app = await serve({ '/plain': routes['/plain'] });
  });
  afterAll(() => app.close());

  test('is told to upgrade over HTTP/1.1', async () => {
    const answer = await app.http1.request('/plain');
    expect(answer.status).toBe(426);
    expect(answer.headers.get('upgrade')).toBe('websocket');
    expect(answer.headers.get('connection')).toMatch(/upgrade/i);
    expect(await answer.json()).toMatchObject({ code: 'ERR_BLAIZE_UPGRADE_REQUIRED' });
  });

  test('is refused over HTTP/2, which has no upgrade', async () => {
    const answer = await app.http2.request('/plain');
    expect([answer.status, answer.headers.get('upgrade')]).toEqual([400, null]);
    expect(await answer.json()).toMatchObject({ code: 'ERR_BLAIZE_WEBSOCKET_HANDSHAKE' });
  });

  test('is refused as HEAD', async () => {
    expect((await app.http1.request('/plain', { method: 'HEAD' })).status).toBe(426);
    expect((await app.http1.request('/plain', { method: 'POST' })).status).toBe(405);
  });

  test('with another protocol over HTTP/2 gets 501', async () => {
    const session = await sessionTo(app.url);
    const stream = session.request(
      {
        ':method': 'CONNECT',
        ':protocol': 'telnet',
        ':scheme': 'https',
        ':path': '/plain',
        ':authority': new URL(app.url).host,
      },
      { endStream: true },
    );
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
    expect(headers[':status']).toBe(501);
    await text(stream);
    session.close();
  });
});

describe('a handshake in bytes', () => {
  const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
  let app: TestServer;
  beforeAll(async () => {
    app = await serve({ '/plain': routes['/plain'] }, { tls: false, http2: { enabled: false } });
  });
  afterAll(() => app.close());

  async function answerTo(lines: readonly string[], version = '1.1', content = ''): Promise<string> {
    const socket = connect(Number(new URL(app.url).port), 'localhost');
    socket.write(`GET /plain HTTP/${version}\r\n${lines.join('\r\n')}\r\n\r\n${content}`);
    let received = '';
    for await (const chunk of socket) {
      received += String(chunk);
      if (received.startsWith('HTTP/1.1 101') && received.includes('\r\n\r\n')) break;
      if (!received.startsWith('HTTP/1.1 101') && received.includes('}')) break;
    }
    socket.destroy();
    return received;
  }
  const UPGRADE = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const keyed = (key: string): string[] => [...UPGRADE, `Sec-WebSocket-Key: ${key}`];

  test('gets the answer of the RFC (section 1.3)', async () => {
    const answer = await answerTo(keyed(KEY));
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).toMatch(/\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
  });

  test.each([
    ['no key', UPGRADE],
    ['an empty key', keyed('')],
    ['a short key', keyed('dGhl')],
    ['a key of 17 bytes', keyed('dGhlIHNhbXBsZSBub25jZTE=')],
    ['a key that is no base64', keyed('!GhlIHNhbXBsZSBub25jZQ==')],
    ['two keys', [...keyed(KEY), `Sec-WebSocket-Key: ${KEY}`]],
    ['no host', keyed(KEY).slice(1)],
    ['two hosts', [...keyed(KEY), 'Host: y']],
    ['extensions that are not valid', [...keyed(KEY), 'Sec-WebSocket-Protocol: ,']],
  ])('with %s is refused with 400', async (_what, lines) => {
    expect(await answerTo(lines)).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json/);
  });

  test('of HTTP/1.0 is refused', async () => {
    expect(await answerTo(keyed(KEY), '1.0')).toMatch(/^HTTP\/1\.1 400 [^]*HTTP\/1\.1 GET/);
  });

  test('with content is refused', async () => {
    expect(await answerTo([...keyed(KEY), 'Content-Length: 2'], '1.1', 'hi')).toMatch(/^HTTP\/1\.1 400 /);
    expect(
      await answerTo([...keyed(KEY), 'Transfer-Encoding: chunked'], '1.1', '2\r\nhi\r\n0\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 400 /);
  });
});
