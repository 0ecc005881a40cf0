import { EventEmitter, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import type { LimitOptions } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';

import { expectProblem, head, onHttp1 } from './http1-suite.ts';
import { HTTP1_TRANSPORTS, RawConnection } from './raw-http1.ts';

const ECHO = head('GET /echo HTTP/1.1');
/** Tells of the end of handlers, by the port of their server. */
const handlers = new EventEmitter();
const UPLOAD = head('POST /echo HTTP/1.1', 'Content-Length: 100');

limited(
  'headersTimeout',
  { headersTimeout: 200 },
  () => undefined,
  (reach) => {
    test.each([
      ['a head that stops', 'GET /echo HTTP/1.1\r\nHost: a\r\nX'],
      ['a request line that stops', 'GE'],
      ['nothing at all', ''],
    ])('%s gets 408 when it is over, and is cut off (RFC 9110 section 15.5.9)', async (_name, bytes) => {
      const { app, open } = reach();
      const before = { ...app.server.limitHits };
      await using connection = await open();
      connection.send(bytes);
      const answer = await connection.answer();
      expectProblem(answer, 408);
      expect(answer.fields.connection).toEqual(['close']);
      expect(await connection.ended()).toBe('');
      expect(app.server.limitHits).toEqual({ ...before, headersTimeout: before.headersTimeout + 1 });
    });

    test('single bytes do not keep it up (slowloris, CVE-2007-6750)', async () => {
      await using connection = await reach().open();
      connection.send('GET /echo HTTP/1.1\r\nHost: a\r\n');
      const timer = setInterval(() => connection.send('x'), 10);
      const { status } = await connection.answer();
      clearInterval(timer);
      expect(status).toBe(408);
    });

    test('the second head of a connection has as long', async () => {
      await using connection = await reach().open();
      connection.send(ECHO);
      await connection.answer();
      connection.send('GET /echo HTTP/1.1\r\n');
      expect((await connection.answer()).status).toBe(408);
    });

    test('content may take longer, and so may a pause between requests', async () => {
      await using connection = await reach().open();
      connection.send(UPLOAD);
      await setTimeout(400);
      connection.send('x'.repeat(100));
      expect((await connection.answer()).status).toBe(200);
      await setTimeout(400);
      expect((await connection.send(ECHO).answer()).status).toBe(200);
    });
  },
);

limited('requestTimeout', { requestTimeout: 200 }, addRoutes, (reach) => {
  test('a handler whose request was timed out hears of it', async () => {
    const { app, open } = reach();
    await using connection = await open();
    const ended = once(handlers, String(app.server.port));
    connection.send(head('POST /waits HTTP/1.1', 'Content-Length: 100'), 'x');
    expect((await connection.answer()).status).toBe(408);
    await ended;
  });

  test.each([
    ['content that stops', 'POST', '/echo', ['Content-Length: 100'], 'x'],
    ['chunks that stop', 'POST', '/echo', ['Transfer-Encoding: chunked'], '5\r\nh'],
    ['content that nobody reads', 'POST', '/waits', ['Content-Length: 100'], 'x'],
  ])(
    '%s gets 408, and is cut off (RFC 9110 section 15.5.9)',
    async (_name, method, path, fields, content) => {
      const { app, open } = reach();
      const before = { ...app.server.limitHits };
      await using connection = await open();
      connection.send(head(`${method} ${path} HTTP/1.1`, ...fields), content);
      const answer = await connection.answer();
      expectProblem(answer, 408);
      expect(answer.fields.connection).toEqual(['close']);
      expect(await connection.ended()).toBe('');
      expect(app.server.limitHits).toEqual({ ...before, requestTimeout: before.requestTimeout + 1 });
    },
  );

  test('single bytes do not keep it up', async () => {
    await using connection = await reach().open();
    connection.send(UPLOAD);
    const timer = setInterval(() => connection.send('x'), 10);
    const { status } = await connection.answer();
    clearInterval(timer);
    expect(status).toBe(408);
  });

  test('a head that takes as long is told of it too, where headersTimeout is longer', async () => {
    const { app, open } = reach();
    const before = app.server.limitHits.requestTimeout;
    await using connection = await open();
    connection.send('GET /echo HTTP/1.1\r\n');
    expect((await connection.answer()).status).toBe(408);
    expect(app.server.limitHits.requestTimeout).toBe(before + 1);
  });

  test('an answer may take longer', async () => {
    await using connection = await reach().open();
    connection.send(head('GET /late HTTP/1.1'));
    expect((await connection.answer()).content).toBe('late');
  });

  test('a request behind one whose answer takes longer is timed out behind that', async () => {
    await using connection = await reach().open();
    connection.send(head('GET /late HTTP/1.1'), 'GET /echo HT');
    expect((await connection.answer()).content).toBe('late');
    expectProblem(await connection.answer(), 408);
    expect(await connection.ended()).toBe('');
  });

  test('content that stops behind an answer that is out already ends the connection', async () => {
    await using connection = await reach().open();
    connection.send(head('POST /nowhere HTTP/1.1', 'Content-Length: 100'), 'x');
    expect((await connection.answer()).status).toBe(404);
    expect(await connection.ended()).toBe('');
  });
});

limited(
  'timeouts of 0',
  { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 },
  () => undefined,
  (reach) => {
    test('leave all the time', async () => {
      await using connection = await reach().open();
      connection.send(ECHO);
      const { fields } = await connection.answer();
      expect(fields['keep-alive']).toBeUndefined();
      connection.send('POST /echo HTTP/1.1\r\n');
      await setTimeout(300);
      connection.send('Host: a\r\nContent-Length: 1\r\n\r\n');
      await setTimeout(300);
      expect((await connection.send('x').answer()).content).toBe('x');
    });
  },
);

limited(
  'keepAliveTimeout',
  { keepAliveTimeout: 100 },
  () => undefined,
  (reach) => {
    test('ends a connection without requests, not before the time that it was told', async () => {
      const { app, open } = reach();
      const before = app.server.limitHits.keepAliveTimeout;
      await using connection = await open();
      connection.send(ECHO);
      await connection.answer();
      const ended = connection.ended();
      expect(await Promise.race([ended, setTimeout(90, 'still open')])).toBe('still open');
      expect(await ended).toBe('');
      expect(app.server.limitHits.keepAliveTimeout).toBe(before + 1);
    });
  },
);

limited(
  'the default keepAliveTimeout',
  {},
  () => undefined,
  (reach) => {
    test('is told (RFC 2068 section 19.7.1.1)', async () => {
      await using connection = await reach().open();
      expect((await connection.send(ECHO).answer()).fields['keep-alive']).toEqual(['timeout=65']);
    });
  },
);

limited('maxRequestsPerSocket', { maxRequestsPerSocket: 3 }, addRoutes, (reach) => {
  test('the last answer ends the connection (RFC 9112 section 9.6)', async () => {
    await using connection = await reach().open();
    const seen: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const { status, fields } = await connection.send(ECHO).answer();
      seen.push([status, fields.connection?.[0]]);
    }
    expect(seen).toEqual([
      [200, 'keep-alive'],
      [200, 'keep-alive'],
      [200, 'close'],
    ]);
    expect(await connection.ended()).toBe('');
  });

  test.each(['/echo', '/late'])('those that come behind it are not served: %s', async (path) => {
    const { app, open, served } = reach();
    const before = app.server.limitHits.maxRequestsPerSocket;
    await using connection = await open();
    connection.send(head(`GET ${path} HTTP/1.1`).repeat(3), head('GET /hidden HTTP/1.1').repeat(2));
    for (let i = 0; i < 3; i++) expect((await connection.answer()).status).toBe(200);
    expect(await connection.ended()).toBe('');
    expect(served).toEqual([`GET ${path}`, `GET ${path}`, `GET ${path}`]);
    expect(app.server.limitHits.maxRequestsPerSocket).toBe(before + 2);
  });
});

describe('maxConnections', () => {
  test('more are closed as they come, and counted', async () => {
    await using app = await startTestServer({ http2: { enabled: false }, limits: { maxConnections: 2 } });
    const dropped = once(app.server.server, 'drop');
    const open = (): Promise<RawConnection> => RawConnection.open(app.server.port, 'cleartext');
    await using first = await open();
    await using second = await open();
    await using third = await open();
    await dropped;
    await third.ended().catch(() => undefined);
    expect(app.server.limitHits.maxConnections).toBe(1);
    expect((await first.send(ECHO).answer()).status).toBe(404);
    await first[Symbol.asyncDispose]();
    await second.send(ECHO).answer();
    await using fourth = await open();
    expect((await fourth.send(ECHO).answer()).status).toBe(404);
  });
});

describe.concurrent.each(HTTP1_TRANSPORTS)('abuse, %s', (transport) => {
  test('of every kind at once leaves other connections served, and nothing behind', async () => {
    await using app = await startTestServer({
      http2: { enabled: transport !== 'cleartext' },
      limits: { headersTimeout: 300, requestTimeout: 300 },
    });
    app.server.router.addRoute('POST', '/echo', { handler: (ctx) => ctx.request.text() });
    app.server.router.addRoute('GET', '/echo', { handler: () => 'ok' });
    const errors: unknown[] = [];
    app.server.events.on('error', (error) => errors.push(error));
    const abuses = [
      'GET /echo HT',
      'BROKEN',
      UPLOAD,
      `${head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked')}x`,
      `GET /echo HTTP/1.1\r\nX: ${'a'.repeat(20_000)}`,
      head('CONNECT localhost:443 HTTP/1.1'),
      '',
    ];
    const attackers = await Promise.all(
      Array.from({ length: 70 }, async (_, index) => {
        const attacker = await RawConnection.open(app.server.port, transport);
        return attacker.send(abuses[index % abuses.length] ?? '');
      }),
    );
    await using client = await RawConnection.open(app.server.port, transport);
    for (let i = 0; i < 20; i++) expect((await client.send(ECHO).answer()).content).toBe('ok');
    await Promise.all(attackers.map((attacker) => attacker.ended()));
    expect((await client.send(ECHO).answer()).content).toBe('ok');
    expect(errors).toEqual([]);
    await Promise.all(attackers.map((attacker) => attacker[Symbol.asyncDispose]()));
  });
});

function limited(
  name: string,
  limits: LimitOptions,
  arrange: (app: TestServer) => void,
  tests: Parameters<typeof onHttp1>[3],
): void {
  onHttp1(name, { limits }, arrange, tests, { atOnce: true });
}

function addRoutes({ server }: TestServer): void {
  const { router } = server;
  router.addRoute('GET', '/late', { handler: () => setTimeout(500, 'late') });
  router.addRoute('POST', '/waits', {
    handler: async ({ request }) => {
      await once(request.signal, 'abort');
      handlers.emit(String(server.port));
    },
  });
}
