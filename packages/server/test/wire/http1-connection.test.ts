import { EventEmitter, once } from 'node:events';

import type { TestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { expectProblem, head, onHttp1 } from './http1-suite.ts';
import type { RawConnection } from './raw-http1.ts';

const ECHO = head('GET /echo HTTP/1.1');
const SLOW = head('GET /slow HTTP/1.1');
const HIDDEN = head('GET /hidden HTTP/1.1');

/** Opens the way for what waits in `/slow`, `/slow-stream`. */
const gate = new EventEmitter();

onHttp1('pipelining', {}, addRoutes, (reach) => {
  test('answers come in the order of the requests, also where the first takes longest (RFC 9112 section 9.3.2)', async () => {
    const { open, served } = reach();
    await using connection = await open();
    connection.send(
      SLOW,
      head('POST /echo HTTP/1.1', 'Content-Length: 3'),
      'two',
      head('GET /open HTTP/1.1'),
    );
    expect((await connection.answer()).content).toBe('slow');
    expect((await connection.answer()).content).toBe('two');
    expect((await connection.answer()).content).toBe('opened');
    expect(served).toEqual(['GET /slow', 'POST /echo', 'GET /open']);
  });

  test('answers to HEAD, with 204 and in chunks do not shift the others', async () => {
    await using connection = await reach().open();
    connection.send(head('HEAD /stream HTTP/1.1'), head('OPTIONS /stream HTTP/1.1'));
    connection.send(head('GET /stream HTTP/1.1'), ECHO);
    expect(await connection.answer('HEAD')).toMatchObject({ status: 200, content: '' });
    expect(await connection.answer()).toMatchObject({ status: 204, content: '' });
    expect(await connection.answer()).toMatchObject({ status: 200, content: 'one two' });
    expect(await connection.answer()).toMatchObject({ status: 200, content: '' });
  });

  test('a request in single bytes is served like any other', async () => {
    await using connection = await reach().open();
    connection.socket.setNoDelay(true);
    for (const byte of `${head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked')}2\r\nhi\r\n0\r\n\r\n${ECHO}`) {
      connection.send(byte);
    }
    expect((await connection.answer()).content).toBe('hi');
    expect((await connection.answer()).status).toBe(200);
  });

  test.each([
    ['asked for', head('GET /slow HTTP/1.1', 'Connection: close')],
    ['asked for among others', head('GET /slow HTTP/1.1', 'Connection: foo, Close')],
    ['of HTTP/1.0', 'GET /slow HTTP/1.0\r\n\r\n'],
  ])('behind the end of a connection, %s, nothing is served (RFC 9112 section 9.6)', async (_name, bytes) => {
    const { open, served } = reach();
    await using connection = await open();
    const waiting = once(gate, 'waiting');
    connection.send(ECHO, bytes, HIDDEN);
    await waiting;
    gate.emit('open');
    expect((await connection.answer()).status).toBe(200);
    const answer = await connection.answer();
    expect([answer.content, answer.fields.connection]).toEqual(['slow', ['close']]);
    expect(await connection.ended()).toBe('');
    expect(served).not.toContain('GET /hidden');
  });

  test.each([
    ['an answer that waits', SLOW, 'slow'],
    ['an answer under way', head('GET /slow-stream HTTP/1.1'), 'begun ended'],
  ])('a broken request behind %s is refused behind it', async (_name, bytes, content) => {
    await using connection = await reach().open();
    const waiting = once(gate, 'waiting');
    connection.send(bytes, 'BROKEN\r\n\r\n', HIDDEN);
    await waiting;
    gate.emit('open');
    const answer = await connection.answer();
    expect([answer.content, answer.fields.connection]).not.toContainEqual(['close']);
    expect(answer.content).toBe(content);
    expectProblem(await connection.answer(), 400);
    expect(await connection.ended()).toBe('');
  });

  test('a request that must not be served is refused behind those ahead of it', async () => {
    const { open, served } = reach();
    await using connection = await open();
    const waiting = once(gate, 'waiting');
    connection.send(SLOW, 'GET /echo HTTP/1.1\r\n\r\n', HIDDEN);
    await waiting;
    gate.emit('open');
    expect((await connection.answer()).content).toBe('slow');
    expectProblem(await connection.answer(), 400);
    expect(await connection.ended()).toBe('');
    expect(served).toEqual(['GET /slow']);
  });

  test('broken content is refused behind the answers ahead of it', async () => {
    await using connection = await reach().open();
    const waiting = once(gate, 'waiting');
    connection.send(SLOW, head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked'), 'x\r\n', HIDDEN);
    await waiting;
    gate.emit('open');
    expect((await connection.answer()).content).toBe('slow');
    expectProblem(await connection.answer(), 400);
    expect(await connection.ended()).toBe('');
  });

  test('CONNECT behind an answer that waits ends the connection, and nothing is mixed up', async () => {
    await using connection = await reach().open();
    const waiting = once(gate, 'waiting');
    connection.send(SLOW, head('CONNECT localhost:443 HTTP/1.1'), HIDDEN);
    await waiting;
    gate.emit('open');
    expect(await connection.ended()).toBe('');
  });
});

onHttp1('content that breaks off', {}, addRoutes, (reach) => {
  const BROKEN = `${head('POST /late-echo HTTP/1.1', 'Transfer-Encoding: chunked')}2\r\nhi\r\n`;

  test('is answered with 400 in place of the handler, which hears of it', async () => {
    await using connection = await reach().open();
    const told = once(gate, 'told');
    connection.send(BROKEN, 'x\r\n');
    expectProblem(await connection.answer(), 400);
    expect(await connection.ended()).toBe('');
    expect(await told).toEqual(['ERR_BLAIZE_REQUEST_ABORTED']);
  });

  test('where the answer is under way, cuts that off: it does not look complete', async () => {
    await using connection = await reach().open();
    connection.send(head('POST /echo-stream HTTP/1.1', 'Transfer-Encoding: chunked'), '2\r\nhi\r\n');
    while (!connection.received.includes('hi')) await once(connection.socket, 'data');
    connection.socket.write('x\r\n');
    await once(connection.socket, 'close').catch(() => undefined);
    expect(connection.received).not.toContain('\r\n0\r\n');
    expect(connection.received).not.toContain('HTTP/1.1 400');
  });

  test('where nobody reads it, the answer under way ends as it should, and the connection with it', async () => {
    await using connection = await reach().open();
    const waiting = once(gate, 'waiting');
    connection.send(head('POST /slow-stream HTTP/1.1', 'Transfer-Encoding: chunked'), '2\r\nhi\r\n');
    await waiting;
    await new Promise((resolve) => connection.socket.write('x\r\n', resolve));
    gate.emit('open');
    expect((await connection.answer()).content).toBe('begun ended');
    expect(await connection.ended()).toBe('');
  });

  test('where the answer is out already, ends the connection', async () => {
    await using connection = await reach().open();
    connection.send(head('POST /nowhere HTTP/1.1', 'Transfer-Encoding: chunked'), 'x\r\n');
    expect((await connection.answer()).status).toBe(404);
    expect(await connection.ended()).toBe('');
  });
});

onHttp1('the end of a connection', { bodyLimit: 1000 }, addRoutes, (reach) => {
  test.each([
    ['content above bodyLimit', head('POST /echo HTTP/1.1', 'Content-Length: 20000000'), 413],
    [
      'chunks above bodyLimit',
      `${head('POST /echo HTTP/1.1', 'Transfer-Encoding: chunked')}1312d00\r\n`,
      413,
    ],
    ['content for no route', head('POST /nowhere HTTP/1.1', 'Content-Length: 20000000'), 404],
    [
      'a little content for no route, on a connection that it ends itself',
      head('POST /nowhere HTTP/1.1', 'Connection: close', 'Content-Length: 60000'),
      404,
    ],
    ['content of a request without Host', 'POST /echo HTTP/1.1\r\nContent-Length: 20000000\r\n\r\n', 400],
    ['content behind a broken field', head('POST /echo HTTP/1.1', 'X : y', 'Content-Length: 20000000'), 400],
    [
      'content of a request behind the last',
      `GET /echo HTTP/1.1\r\n\r\n${head('POST /echo HTTP/1.1', 'Content-Length: 20000000')}`,
      400,
    ],
    ['bytes for a tunnel', head('CONNECT localhost:443 HTTP/1.1'), 501],
    ['a head that is too large', `GET /echo HTTP/1.1\r\nX: ${'a'.repeat(20_000)}`, 431],
  ])(
    'a client that still sends %s gets its answer, and no reset (RFC 9112 section 9.6)',
    async (_name, bytes, status) => {
      await using connection = await reach().open(true);
      connection.send(bytes);
      const piece = 'x'.repeat(50_000);
      for (let sent = 0; sent < 100; sent++) {
        if (!connection.socket.write(piece)) await once(connection.socket, 'drain');
      }
      const answer = await connection.answer();
      expectProblem(answer, status);
      expect(answer.fields.connection).toEqual(['close']);
      // Only now it ends its side.
      connection.socket.end();
      expect(await connection.ended()).toBe('');
    },
  );

  test('one that goes on sending is cut off after a while', async () => {
    await using connection = await reach().open(true);
    connection.send(head('POST /echo HTTP/1.1', 'Content-Length: 20000000'));
    expectProblem(await connection.answer(), 413);
    expect(await connection.ended()).toBe('');
    const closed = once(connection.socket, 'close').catch((error: unknown) => error);
    const timer = setInterval(() => connection.socket.write('x'), 20);
    await closed;
    clearInterval(timer);
    expect(connection.socket.destroyed).toBe(true);
  });

  test.each([
    ['that is idle', ''],
    ['in the head of a request', 'GET /echo HTTP/1.1\r\nHo'],
    ['in its content', head('POST /echo HTTP/1.1', 'Content-Length: 10')],
    ['that waits for an answer', SLOW],
    ['that was refused', 'BREW\r\n\r\n'],
    ['that asked for a tunnel', head('CONNECT localhost:443 HTTP/1.1')],
  ])('a connection %s may be reset, and nothing else ends', async (_name, bytes) => {
    const { open, transport } = reach();
    await using other = await open();
    const connection = await open();
    await new Promise((resolve) => connection.socket.write(bytes, resolve));
    expect((await other.send(ECHO).answer()).status).toBe(200);
    // A reset of what is below TLS is not to be had of Node.
    if (transport === 'cleartext') connection.socket.resetAndDestroy();
    await connection[Symbol.asyncDispose]();
    expect((await other.send(ECHO).answer()).status).toBe(200);
  });

  test('a client that ends its side behind its request still gets its answer', async () => {
    await using connection = await reach().open(true);
    connection.send(ECHO);
    connection.socket.end();
    expect((await connection.answer()).status).toBe(200);
    expect(await connection.ended()).toBe('');
  });

  test('a request that breaks off with its connection gets 400 (RFC 9112 section 8)', async () => {
    await using connection = await reach().open(true);
    connection.send('GET /echo HTTP/1.1\r\nHost: loc');
    connection.socket.end();
    expectProblem(await connection.answer(), 400);
    expect(await connection.ended()).toBe('');
  });

  test('a connection without a request just ends', async () => {
    await using connection = await reach().open(true);
    connection.socket.end();
    expect(await connection.ended()).toBe('');
  });

  test.each([
    ['HTTP/1.1 keeps its connection', 'GET /echo HTTP/1.1\r\nHost: a\r\n\r\n', 'keep-alive'],
    ['HTTP/1.1 with close does not', head('GET /echo HTTP/1.1', 'Connection: close'), 'close'],
    ['HTTP/1.0 does not', 'GET /echo HTTP/1.0\r\n\r\n', 'close'],
  ])('%s (RFC 9112 section 9.3)', async (_name, bytes, expected) => {
    await using connection = await reach().open();
    connection.send(bytes);
    expect((await connection.answer()).fields.connection).toEqual([expected]);
    if (expected === 'close') expect(await connection.ended()).toBe('');
    else expect((await connection.send(ECHO).answer()).status).toBe(200);
  });

  test('an answer in pieces to HTTP/1.0 is not chunked, and ends with its connection (RFC 9112 section 6.1)', async () => {
    await using connection = await reach().open();
    connection.send('GET /stream HTTP/1.0\r\n\r\n');
    await connection.ended();
    const answer = await connection.answer();
    expect([answer.content, answer.fields['transfer-encoding']]).toEqual(['one two', undefined]);
  });
});

onHttp1('close()', {}, addRoutes, (reach) => {
  test('lets every pipelined request have its answer; the last one says that it is', async () => {
    const { app, open } = reach();
    await using connection = await open();
    await beginSlow(connection);
    const closing = app.server.close();
    gate.emit('open');
    const first = await connection.answer();
    const second = await connection.answer();
    expect([first.content, first.fields.connection]).toEqual(['slow', ['keep-alive']]);
    expect([second.content, second.fields.connection]).toEqual(['slow', ['close']]);
    expect(await connection.ended()).toBe('');
    await closing;
  });
});

/** Sends two requests, and waits until both do. */
async function beginSlow(connection: RawConnection): Promise<void> {
  const first = once(gate, 'waiting');
  connection.send(SLOW);
  await first;
  const second = once(gate, 'waiting');
  connection.send(SLOW);
  await second;
}

function addRoutes({ server: { router } }: TestServer): void {
  const wait = async (): Promise<void> => {
    const opened = once(gate, 'open');
    gate.emit('waiting');
    await opened;
  };
  router.addRoute('GET', '/slow', {
    handler: async () => {
      await wait();
      return 'slow';
    },
  });
  router.addRoute('GET', '/open', {
    handler: () => {
      gate.emit('open');
      return 'opened';
    },
  });
  for (const method of ['GET', 'POST']) {
    router.addRoute(method, '/slow-stream', {
      handler: async function* () {
        yield 'begun ';
        await wait();
        yield 'ended';
      },
    });
  }
  router.addRoute('POST', '/echo-stream', { handler: (ctx) => ctx.request.stream() });
  router.addRoute('GET', '/stream', {
    handler: async function* () {
      yield 'one ';
      await Promise.resolve();
      yield 'two';
    },
  });
  router.addRoute('POST', '/late-echo', {
    handler: async (ctx) => {
      try {
        return await ctx.request.text();
      } catch (error) {
        gate.emit('told', (error as { code: string }).code);
        throw error;
      }
    },
  });
}
