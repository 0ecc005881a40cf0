import { once } from 'node:events';
import { IncomingMessage, request as httpRequest } from 'node:http';
import { connect, type ClientHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';

import { UnauthorizedError } from '@blaizejs/errors';
import type { Context, Outcome } from '@blaizejs/types';
import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let app: TestServer;
let outcomes: Outcome[] = [];
let onOutcome: () => void = () => undefined;

beforeAll(async () => {
  app = await startTestServer();
  const { router } = app.server;
  app.server.use({
    name: 'finish',
    onSend: ({ response }) => response.header('x-hook', 'ran'),
    onRequest: ({ response }) => {
      response.onFinish((outcome) => {
        outcomes.push(outcome);
        onOutcome();
      });
    },
  });
  router.addRoute('GET', '/echo/:room', {
    tunnel: 'websocket',
    middleware: [
      (ctx, next) => {
        if (ctx.request.query.key !== 'open sesame') throw new UnauthorizedError('Say the word.');
        return next();
      },
    ],
    handler: ({ request, response }) => {
      if (!request.tunnel) return response.status(426).header('upgrade', 'websocket');
      const socket = request.tunnel.accept({ 'sec-websocket-protocol': 'echo' });
      socket.write(`room ${request.params.room}\n`);
      socket.pipe(socket);
    },
  });
  router.addRoute('GET', '/later/:room', {
    tunnel: 'websocket',
    handler: (ctx) => {
      const early = isEarly ? viewOf(ctx) : undefined;
      const raw = isEarly ? ctx.request.raw : undefined;
      Object.assign(ctx.state, { user: 'ada' });
      const socket = ctx.request.tunnel?.accept();
      socket?.once('data', () => {
        const again = (): unknown => ctx.request.tunnel?.accept();
        expect(again).toThrow(expect.objectContaining({ code: 'ERR_BLAIZE_TUNNEL' }));
        expect(() => ctx.response.header('x-a', '1')).toThrow(
          expect.objectContaining({ code: 'ERR_BLAIZE_RESPONSE_SENT' }),
        );
        if (raw) expect(ctx.request.raw).toBe(raw);
        expect(ctx.request.raw).toBe(ctx.request.raw);
        socket.end(`${JSON.stringify({ early, late: viewOf(ctx), state: ctx.state })}\n`);
      });
    },
  });
  router.addRoute('GET', '/plain', {
    handler: ({ request }) => ({ hasTunnel: request.tunnel !== undefined }),
  });
});
afterAll(() => app.close());

/** Whether a handler looks at its request before it accepts the tunnel. */
let isEarly = false;

function viewOf({ request, response, route }: Context): object {
  const { method, path, url, query, params, headers, cookies, ip, protocol, isHttp2, tunnel } = request;
  const raw = request.raw as IncomingMessage | ServerHttp2Stream;
  return {
    ...{ method, path, url: url.href, query, params, ip, protocol, isHttp2, cookies },
    ...{ headers: [...headers], repeated: request.header('x-a'), host: request.header('host') },
    ...{ tunnel: tunnel?.protocol, route: route?.pattern, correlationId: request.correlationId },
    raw: raw instanceof IncomingMessage && [
      ...[raw.method, raw.url, raw.httpVersion, raw.headers, raw.rawHeaders, raw.headersDistinct],
      ...[raw.complete, raw.socket.remotePort !== undefined],
    ],
    type: response.get('content-type'),
  };
}

function read(socket: Duplex, length: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString();
      if (text.length < length) return;
      socket.off('data', onData).pause();
      resolve(text);
    };
    socket.on('data', onData).resume();
  });
}

const FIELDS = { 'x-a': ['1', '2'], cookie: 'a=1; b=2', 'x-correlation-id': 'abc', 'x-empty': '' };

interface Opened {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly socket: Duplex | undefined;
}

const overHttp1 = async (url: string): Promise<Opened> => {
  const plain = new URL(app.server.addresses[1]?.url ?? '');
  const sent = httpRequest({
    host: 'localhost',
    port: plain.port,
    path: url,
    headers: { connection: 'Upgrade', upgrade: 'websocket', ...FIELDS },
  }).end();
  return new Promise((resolve, reject) => {
    sent.once('error', reject);
    sent.once('upgrade', ({ statusCode = 0, headers }, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve({ status: statusCode, headers, socket });
    });
    sent.once('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, socket: undefined });
    });
  });
};

let session: ClientHttp2Session | undefined;
const overHttp2 = async (url: string): Promise<Opened> => {
  if (!session) {
    session = connect(app.url);
    await once(session, 'remoteSettings');
    expect(session.remoteSettings.enableConnectProtocol).toBe(true);
  }
  const stream = session.request(
    { ':method': 'CONNECT', ':protocol': 'websocket', ':path': url, ...FIELDS },
    { endStream: false },
  );
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  const status = headers[':status'] as number;
  return { status, headers, socket: status === 200 ? stream : undefined };
};

beforeAll(async () => {
  await app.server.addEndpoint({ port: 0, tls: false });
});
afterAll(() => session?.destroy());

describe.each([
  ['an Upgrade', overHttp1, 101],
  ['an extended CONNECT', overHttp2, 200],
] as const)('%s', (_name, open, accepted) => {
  test('reaches its route, which makes a two-way stream of it', async () => {
    outcomes = [];
    const { status, headers, socket } = await open('/echo/7?key=open%20sesame');
    expect(status).toBe(accepted);
    expect(headers).toMatchObject({ 'sec-websocket-protocol': 'echo' });
    expect(headers).not.toHaveProperty('x-hook');
    if (!socket) throw new Error('no tunnel');
    expect(await read(socket, 7)).toBe('room 7\n');
    socket.write('hello');
    expect(await read(socket, 5)).toBe('hello');
    expect(outcomes).toEqual([]);
    const over = new Promise<void>((resolve) => (onOutcome = resolve));
    socket.resume().end();
    await over;
    expect(outcomes).toMatchObject([
      { status: accepted, route: { pattern: '/echo/:room', tunnel: 'websocket' } },
    ]);
  });

  test.each([
    ['also', true],
    ['only', false],
  ])('still knows its request later on, if the handler looks at it %s then', async (_when, looks) => {
    isEarly = looks;
    const { socket } = await open('/later/7?a=1&a=2');
    if (!socket) throw new Error('no tunnel');
    socket.write('?');
    const { early, late, state } = JSON.parse(await text(socket)) as Record<string, unknown>;
    if (looks) expect(late).toEqual(early);
    expect(state).toEqual({ user: 'ada' });
    expect(late).toMatchObject({
      ...{ method: 'GET', path: '/later/7', params: { room: '7' }, query: { a: ['1', '2'] } },
      ...{ cookies: { a: '1', b: '2' }, repeated: '1, 2', tunnel: 'websocket', correlationId: 'abc' },
      ...{
        route: '/later/:room',
        headers: expect.arrayContaining([
          ['x-a', '1, 2'],
          ['x-empty', ''],
        ]),
      },
    });
    if (open === overHttp2) return;
    const raw = ['GET', '/later/7?a=1&a=2', '1.1', expect.objectContaining({ 'x-a': '1, 2' })];
    expect(late).toMatchObject({ raw: expect.arrayContaining(raw) });
  });

  test('is refused by an ordinary answer', async () => {
    const { status, headers } = await open('/echo/7');
    expect(status).toBe(401);
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'x-hook': 'ran' });
  });

  test('is no tunnel for a route that takes none', async () => {
    const { status } = await open('/plain');
    expect(status).toBe(open === overHttp1 ? 200 : 501);
  });
});

test('the route serves ordinary requests too', async () => {
  for (const client of [app.http1, app.http2]) {
    const response = await client.request('/echo/7?key=open%20sesame');
    expect([response.status, response.headers.get('upgrade')]).toEqual([
      426,
      client === app.http1 ? 'websocket' : null,
    ]);
  }
});
