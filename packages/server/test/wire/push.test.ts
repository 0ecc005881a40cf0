import { EventEmitter, once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  ACK,
  ENABLE_PUSH,
  frame,
  GOAWAY,
  headers,
  PING,
  PUSH_PROMISE,
  RawHttp2,
  request,
  reset,
  settings,
  uint32,
} from './raw-http2.ts';

let app: TestServer;
let cleartext: TestServer;
const told = new EventEmitter();
const hooked: string[] = [];

beforeAll(async () => {
  const middleware = [
    {
      name: 'hook',
      onSend: (ctx: { request: { path: string } }) => void hooked.push(ctx.request.path),
    },
  ];
  app = await startTestServer({ middleware });
  cleartext = await startTestServer({ tls: false });
  for (const { server } of [app, cleartext]) {
    server.router.addRoute('GET', '/', {
      handler: ({ request, response }) => {
        const pushed = response.push('/part?n=1', {
          'x-part': '1',
          host: 'evil.example',
          connection: 'close',
          'content-length': '5',
        });
        return { pushed, protocol: request.protocol };
      },
    });
    server.router.addRoute('GET', '/part', {
      handler: ({ request, response }) => ({
        n: request.query['n'],
        url: request.url.href,
        headers: Object.fromEntries(request.headers),
        again: response.push('/part?n=2'),
      }),
    });
    server.router.addRoute('GET', '/many', {
      handler: ({ response }) => Array.from({ length: 15 }, () => response.push('/slow')),
    });
    server.router.addRoute('GET', '/slow', {
      handler: async ({ request }) => {
        told.emit('slow');
        await once(request.signal, 'abort');
      },
    });
    server.router.addRoute('GET', '/try', {
      handler: ({ request, response }) => response.push(String(request.query['path'])),
    });
    server.router.addRoute('GET', '/field', {
      handler: ({ response }) => response.push('/part', { 'x-a': 'a\r\nx-injected: 1' }),
    });
    server.router.addRoute('GET', '/when-told', {
      handler: async ({ request, response }) => {
        request.signal.addEventListener('abort', () => told.emit('left'));
        const isTold = once(told, 'push now');
        told.emit('waiting');
        await isTold;
        const pushed = response.push('/part');
        told.emit('pushed', pushed);
        return { pushed };
      },
    });
    server.router.addRoute('GET', '/late', {
      handler: async function* ({ response }) {
        yield 'a';
        yield await Promise.resolve(String(response.push('/part')));
      },
    });
  }
});
afterAll(() => Promise.all([app.close(), cleartext.close()]));

interface Pushed {
  readonly promise: IncomingHttpHeaders;
  readonly status: number | undefined;
  readonly body: unknown;
}

async function read(stream: ClientHttp2Stream): Promise<unknown> {
  const text = Buffer.concat((await stream.toArray()) as Buffer[]).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function ask(session: ClientHttp2Session, path: string): Promise<{ body: unknown; pushed: Pushed[] }> {
  const pushed: Promise<Pushed>[] = [];
  session.on('stream', (stream, promise) => {
    const answered = once(stream, 'push') as Promise<[IncomingHttpHeaders]>;
    const whole = read(stream);
    pushed.push(
      answered.then(async ([head]) => ({ promise, status: Number(head[':status']), body: await whole })),
    );
  });
  const stream = session.request({ ':path': path, 'accept-language': 'de', cookie: 'a=1' });
  const body = await read(stream);
  const all = await Promise.all(pushed);
  session.close();
  return { body, pushed: all };
}

describe.each(['TLS', 'cleartext'])('a push over HTTP/2, %s', (kind) => {
  const target = (): string => (kind === 'TLS' ? app : cleartext).url;

  test('is served as a request of its own, of the same authority, without recursion (RFC 9113 section 8.4)', async () => {
    hooked.length = 0;
    const { body, pushed } = await ask(connect(target()), '/');
    expect(body).toEqual({ pushed: true, protocol: 'HTTP/2' });
    const [{ promise, status, body: part } = { promise: {}, status: 0, body: {} }] = pushed;
    const { host } = new URL(target());
    expect(pushed).toHaveLength(1);
    expect(promise).toMatchObject({ ':method': 'GET', ':authority': host, ':path': '/part?n=1' });
    expect(status).toBe(200);
    expect(part).toMatchObject({ n: '1', url: `${target()}/part?n=1`, again: false });
    // Nothing else of the request, above all no credentials.
    const { headers: sent } = part as { headers: Record<string, string> };
    expect(sent).toEqual({ host, 'accept-language': 'de', 'x-part': '1' });
    if (kind === 'TLS') expect(hooked.sort()).toEqual(['/', '/part']);
  });

  test('is not sent to a client that does not allow it (RFC 9113 section 8.4)', async () => {
    const { body, pushed } = await ask(connect(target(), { settings: { enablePush: false } }), '/');
    expect([body, pushed]).toEqual([{ pushed: false, protocol: 'HTTP/2' }, []]);
    using client = await RawHttp2.open({ server: { port: Number(new URL(target()).port), url: target() } }, [
      ENABLE_PUSH,
      0,
    ]);
    client.send(headers(1, request('/')));
    expect(await client.outcome(1)).toMatchObject({ status: 200, end: 'complete' });
    expect(client.frames.filter(({ type }) => type === PUSH_PROMISE)).toEqual([]);
  });

  test('may be promised while the answer is being sent', async () => {
    const { body, pushed } = await ask(connect(target()), '/late');
    expect([body, pushed.length]).toEqual(['atrue', 1]);
  });

  test('is bounded, and may be refused by the client as often as it likes', async () => {
    const session = connect(target());
    for (let round = 0; round < 60; round++) {
      const streams: ClientHttp2Stream[] = [];
      const onPush = (stream: ClientHttp2Stream): void => {
        stream.on('error', () => undefined);
        stream.close(constants.NGHTTP2_CANCEL);
        streams.push(stream);
      };
      session.on('stream', onPush);
      const results = (await read(session.request({ ':path': '/many' }))) as boolean[];
      session.off('stream', onPush);
      expect(results.filter(Boolean).length).toBeLessThanOrEqual(10);
      if (round === 0)
        expect(results).toEqual([...Array<boolean>(10).fill(true), ...Array<boolean>(5).fill(false)]);
      for (const stream of streams) if (!stream.closed) await once(stream, 'close');
    }
    expect(session.closed).toBe(false);
    session.close();
  });

  test('is bounded by what the client allows', async () => {
    const session = connect(target(), { settings: { maxConcurrentStreams: 2 } });
    session.on('stream', (stream) => stream.on('error', () => undefined));
    const results = (await read(session.request({ ':path': '/many' }))) as boolean[];
    expect(results.filter(Boolean)).toHaveLength(2);
    session.destroy();
  });

  test.each([
    '//evil.example/',
    'https://evil.example/',
    '/a b',
    '/a#b',
    '/a\r\nx: 1',
    '',
    '*',
    '/\\evil.example',
    '/ä',
  ])('of something that is not a path of this origin is refused: %j', async (path) => {
    const session = connect(target());
    const stream = session.request({ ':path': `/try?path=${encodeURIComponent(path)}` });
    expect(await read(stream)).toMatchObject({
      status: 500,
      detail: expect.stringContaining('push() takes a path'),
    });
    session.close();
  });

  test.each([
    ['has said that it takes no more streams (RFC 9113 section 6.8)', 'GOAWAY'],
    ['has withdrawn its permission (RFC 9113 section 6.5.2)', 'SETTINGS'],
    ['has reset the request', 'RST_STREAM'],
    ['has left', 'end'],
  ])('is not sent to a client that %s', async (_what, how) => {
    const url = target();
    using client = await RawHttp2.open({ server: { port: Number(new URL(url).port), url } });
    const waiting = once(told, 'waiting');
    client.send(headers(1, request('/when-told')));
    await waiting;
    if (how === 'GOAWAY') client.send(frame(GOAWAY, 0, 0, Buffer.concat([uint32(0), uint32(0)])));
    if (how === 'SETTINGS') client.send(settings([ENABLE_PUSH, 0]));
    if (how === 'RST_STREAM') client.send(reset(1, 8));
    const left = once(told, 'left');
    if (how === 'end') {
      client[Symbol.dispose]();
      await left;
    } else {
      // What it has sent has been read when this is answered.
      client.send(frame(PING, 0, 0, Buffer.alloc(8)));
      await client.until(() => client.frames.some(({ type, flags }) => type === PING && flags === ACK));
    }
    const pushed = once(told, 'pushed');
    told.emit('push now');
    expect(await pushed).toEqual([false]);
    expect(client.frames.filter(({ type }) => type === PUSH_PROMISE)).toEqual([]);
    // The server is as it was.
    expect((await ask(connect(url), '/')).pushed).toHaveLength(1);
  });

  test('with a header that is not valid is refused', async () => {
    const { body, pushed } = await ask(connect(target()), '/field');
    expect([body, pushed]).toEqual([expect.objectContaining({ status: 500 }), []]);
  });
});

test.each(['http1', 'in process'])('nothing is pushed without HTTP/2: %s', async (way) => {
  const response =
    way === 'http1'
      ? await app.http1.request('/')
      : await app.server.fetch(new Request(new URL('/', app.url)));
  expect(await response.json()).toMatchObject({ pushed: false });
});
