import { EventEmitter, once } from 'node:events';
import { request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';

import { developmentCertificate } from '@blaizejs/ssl';
import { createClient, startTestServer, type TestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

/** A server with a route that answers when the test says so. */
async function withGate(http2: boolean): Promise<TestServer & { gate: EventEmitter }> {
  const gate = new EventEmitter();
  const app = await startTestServer({ http2: { enabled: http2 } });
  app.server.router.addRoute('GET', '/slow', {
    handler: async (ctx) => {
      const opened = once(gate, 'open');
      gate.emit('entered', ctx.request.protocol);
      await opened;
      return 'done';
    },
  });
  app.server.router.addRoute('GET', '/fast', { handler: () => 'fast' });
  app.server.router.addRoute('GET', '/slow-stream', {
    handler: async function* () {
      const opened = once(gate, 'open');
      yield 'begun ';
      gate.emit('entered');
      await opened;
      yield 'and ended';
    },
  });
  return Object.assign(app, { gate });
}

describe('close()', () => {
  test.each([
    ['HTTP/1.1', false, 'http1'],
    ['HTTP/1.1 over TLS', true, 'http1'],
    ['HTTP/2', true, 'http2'],
  ] as const)('lets requests in flight finish: %s', async (_name, secure, protocol) => {
    const app = await withGate(secure);
    const client = createClient(app.url, { protocol });
    for (const path of ['/slow', '/slow-stream']) {
      const entered = once(app.gate, 'entered');
      const answer = client.request(path).then((response) => response.text());
      await entered;
      if (path === '/slow') {
        app.gate.emit('open');
        expect(await answer).toBe('done');
        continue;
      }
      let closed = false;
      const closing = app.server.close().then(() => (closed = true));
      await once(app.server.server, 'close', { signal: AbortSignal.timeout(50) }).catch(() => undefined);
      expect(closed).toBe(false);
      app.gate.emit('open');
      expect(await answer).toBe('begun and ended');
      await closing;
    }
    await client.close();
  });

  test('tells HTTP/1.1 clients with each answer that it was the last', async () => {
    const app = await withGate(false);
    const entered = once(app.gate, 'entered');
    const answer = app.http1.request('/slow');
    await entered;
    const closing = app.server.close();
    app.gate.emit('open');
    const response = await answer;
    expect(response.headers.get('connection')).toBe('close');
    expect(await response.text()).toBe('done');
    await closing;
  });

  test.each([false, true])(
    'answers a request that comes on a kept connection right after, TLS %s',
    async (secure) => {
      const app = await withGate(secure);
      const answer = await app.http1.request('/fast');
      await answer.text();
      const closing = app.server.close();
      const second = await app.http1.request('/fast');
      expect([await second.text(), second.headers.get('connection')]).toEqual(['fast', 'close']);
      await closing;
    },
  );

  test('sends GOAWAY, and still serves what was on its way', async () => {
    const app = await withGate(true);
    const session = connectHttp2(app.url);
    const goaways: number[] = [];
    session.on('goaway', (code) => goaways.push(code));
    await once(session, 'connect');
    const entered = once(app.gate, 'entered');
    const stream = session.request({ ':path': '/slow' });
    await entered;
    const closing = app.server.close();
    await once(session, 'goaway');
    app.gate.emit('open');
    stream.setEncoding('utf8');
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text).toBe('done');
    await once(session, 'close');
    await closing;
    expect(new Set(goaways)).toEqual(new Set([0]));
  });

  test.each([
    ['idle HTTP/1.1', false],
    ['idle HTTP/1.1 over TLS', true],
  ] as const)('ends %s connections at once, used or not', async (_name, secure) => {
    const app = await withGate(secure);
    const used = await app.http1.request('/fast');
    await used.text();
    const socket = secure
      ? connectTls({ port: app.server.port, host: 'localhost', ALPNProtocols: ['http/1.1'] })
      : connectTcp({ port: app.server.port, host: 'localhost' });
    await once(socket, secure ? 'secureConnect' : 'connect');
    const ended = once(socket, 'close');
    socket.on('error', () => undefined);
    socket.resume();
    // Waiting for its timeout would outlast the test.
    await Promise.all([app.server.close({ timeout: 600_000 }), ended]);
  });

  test('ends idle HTTP/2 sessions at once', async () => {
    const app = await withGate(true);
    const session = connectHttp2(app.url);
    await once(session, 'connect');
    const ended = once(session, 'close');
    await Promise.all([app.server.close({ timeout: 600_000 }), ended]);
  });

  test.each([
    ['HTTP/1.1', false, 'http1'],
    ['HTTP/1.1 over TLS', true, 'http1'],
    ['HTTP/2', true, 'http2'],
  ] as const)('cuts at its timeout what does not finish: %s', async (_name, secure, protocol) => {
    const app = await withGate(secure);
    const client = createClient(app.url, { protocol });
    const entered = once(app.gate, 'entered');
    const answer = client.request('/slow');
    const order: string[] = [];
    app.server.events.on('stopping', () => void order.push('stopping'));
    const lost = expect(answer).rejects.toThrow();
    await entered;
    await Promise.all([app.server.close({ timeout: 300 }), lost.then(() => order.push('cut'))]);
    expect(order).toEqual(['stopping', 'cut']);
    await client.close();
  });

  test('is not held up by a client that does not say hello', async () => {
    const app = await withGate(true);
    const socket = connectTcp({ port: app.server.port, host: 'localhost' });
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    await app.server.close({ timeout: 600_000 });
    socket.destroy();
  });

  test('lets a TLS handshake end that has begun, and serves its first request', async () => {
    const app = await withGate(true);
    // Holds back what the server says, as a long way to the client would.
    const accepted = new EventEmitter();
    await using proxy = createServer((near) => {
      const far = connectTcp(app.server.port, 'localhost');
      near.pipe(far);
      far.once('readable', () => accepted.emit('hello'));
      accepted.once('release', () => far.pipe(near));
      far.once('close', () => near.destroy());
      for (const socket of [near, far]) socket.on('error', () => undefined);
    });
    await once(proxy.listen(0, 'localhost'), 'listening');
    const hello = once(accepted, 'hello');
    const { port } = proxy.address() as AddressInfo;
    const client = connectTls({ host: 'localhost', port, rejectUnauthorized: false });
    client.write('GET /fast HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const answer = text(client);
    await hello;
    const closing = app.server.close();
    // Longer than an idle connection is spared.
    await new Promise((resolve) => setTimeout(resolve, 250));
    accepted.emit('release');
    expect(await answer).toMatch(/^HTTP\/1.1 200 OK\r\n.*fast$/s);
    await closing;
  });

  test('in production, lets a client that has just connected begin its handshake', async () => {
    const { cert, keyFile, certFile } = await developmentCertificate({ host: 'localhost' });
    await using app = await startTestServer({ mode: 'production', tls: { keyFile, certFile } });
    app.server.router.addRoute('GET', '/', { handler: () => 'served' });
    const socket = connectTcp(app.server.port, 'localhost');
    await expect.poll(() => app.server.statistics.connections).toBe(1);
    const closing = app.server.close();
    await new Promise((resolve) => setTimeout(resolve, 250));
    const client = connectTls({ socket, servername: 'localhost', ca: cert });
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await text(client)).toMatch(/^HTTP\/1.1 200 OK\r\n.*served$/s);
    await closing;
  });

  test('twice is once, and a closed server can not be used again', async () => {
    const app = await withGate(false);
    const stopped: string[] = [];
    app.server.events.on('stopped', () => stopped.push('stopped'));
    await Promise.all([app.server.close(), app.server.close()]);
    await app.server.close();
    expect(stopped).toEqual(['stopped']);
    await expect(app.server.listen()).rejects.toMatchObject({ code: 'ERR_BLAIZE_SERVER_STATE' });
    await expect(app.server.fetch(new Request('http://localhost/fast'))).rejects.toThrow('was closed');
  });

  test('takes the default where its timeout is undefined, and refuses one that is no time', async () => {
    const app = await withGate(false);
    for (const timeout of [-1, Number.NaN, Infinity, '5' as unknown as number]) {
      await expect(app.server.close({ timeout })).rejects.toThrow(RangeError);
    }
    const entered = once(app.gate, 'entered');
    const answer = app.http1.request('/slow');
    await entered;
    const closing = app.server.close({ timeout: undefined });
    app.gate.emit('open');
    expect(await (await answer).text()).toBe('done');
    await closing;
  });

  test('refuses new connections', async () => {
    const app = await withGate(false);
    const entered = once(app.gate, 'entered');
    const answer = app.http1.request('/slow');
    await entered;
    const closing = app.server.close();
    const late = request({ port: app.server.port, host: 'localhost', path: '/fast', agent: false });
    const [error] = (await once(late.end(), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    app.gate.emit('open');
    await (await answer).text();
    await closing;
  });

  test('runs its hooks, and those of plugins, in order, after what was in flight', async () => {
    const seen: string[] = [];
    const plugin = (name: string): { name: string; version: string; setup: () => object } => ({
      name,
      version: '1.0.0',
      setup: () => ({
        onServerStop: () => seen.push(`${name} stop`),
        terminate: () => seen.push(`${name} terminate`),
      }),
    });
    const app = await startTestServer({ plugins: [plugin('a'), plugin('b')], http2: { enabled: false } });
    const gate = new EventEmitter();
    app.server.router.addRoute('GET', '/', {
      handler: async () => {
        gate.emit('entered');
        await once(gate, 'open');
        seen.push('answered');
        return 'ok';
      },
    });
    app.server.events.on('stopping', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push('stopping');
    });
    app.server.events.on('stopped', () => seen.push('stopped'));
    const entered = once(gate, 'entered');
    const answer = app.http1.request('/').then((response) => response.text());
    await entered;
    const closing = app.server.close({
      onStopping: () => seen.push('onStopping'),
      onStopped: () => seen.push('onStopped'),
    });
    gate.emit('open');
    await Promise.all([answer, closing]);
    expect(seen).toEqual([
      'answered',
      'onStopping',
      'stopping',
      'b stop',
      'a stop',
      'b terminate',
      'a terminate',
      'onStopped',
      'stopped',
    ]);
  });

  test('a hook that fails or hangs keeps nothing from stopping, and is named', async () => {
    const logged: string[] = [];
    const log = (fields: unknown, message?: string): number => logged.push(message ?? String(fields));
    const logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
    const terminated: string[] = [];
    const app = await startTestServer({
      logger,
      http2: { enabled: false },
      plugins: [
        { name: 'first', version: '1', setup: () => ({ terminate: () => terminated.push('first') }) },
        { name: 'hangs', version: '1', setup: () => ({ terminate: () => new Promise(() => undefined) }) },
        {
          name: 'throws',
          version: '1',
          setup: () => ({
            terminate: () => {
              throw new Error('no disk');
            },
          }),
        },
      ],
    });
    app.server.events.on('stopping', () => Promise.reject(new Error('listener failed')));
    await app.server.close({ timeout: 400 });
    expect(terminated).toEqual(['first']);
    expect(logged).toContainEqual(expect.stringContaining('Plugin "hangs" did not finish terminate'));
    expect(logged).toContainEqual('Plugin "throws" failed in terminate: no disk');
    expect(logged).toContainEqual('listener failed');
  });
});
