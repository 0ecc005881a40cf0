import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';

import { describe, expect, test } from 'vitest';

import { CANCEL, get, nextSocket, withLimits } from './http2-limited.ts';
import { GOAWAY, RawHttp2, reset } from './raw-http2.ts';

describe('maxConnections', () => {
  test.each(['h2', 'http/1.1'])('closes more as they come, once there are too many: %s', async (protocol) => {
    await using app = await withLimits({ maxConnections: 1 });
    const to = { port: app.server.port, host: 'localhost', ALPNProtocols: [protocol] };
    const first = connectTls(to);
    const accepted = await nextSocket(app);
    await once(first, 'secureConnect');
    const [error] = (await once(connectTls(to), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    expect(app.server.limitHits.maxConnections).toBe(1);
    const closed = once(accepted, 'close');
    first.destroy();
    await closed;
    const third = connectTls(to);
    await once(third, 'secureConnect');
    third.destroy();
  });
});

test('maxRequestsPerSocket ends a connection with GOAWAY, and what is in flight is answered (RFC 9113 section 6.8)', async () => {
  await using app = await withLimits({ maxRequestsPerSocket: 3 });
  using client = await RawHttp2.open(app);
  for (const stream of [1, 3, 5]) {
    const waiting = once(app.told, 'waiting');
    client.send(get(stream, '/waits'));
    await waiting;
  }
  await client.find(({ type, payload }) => type === GOAWAY && payload.readUInt32BE(0) === 5);
  client.send(get(7, '/'));
  app.told.emit('open');
  for (const stream of [1, 3, 5]) expect(await client.outcome(stream)).toMatchObject({ content: 'waited' });
  await client.end();
  expect(client.heads(7)).toEqual([]);
  expect(app.server.limitHits.maxRequestsPerSocket).toBe(1);
});

describe('a connection is closed for good, whatever its client does then:', () => {
  test.each([
    ['idle', { keepAliveTimeout: 50 }, []],
    ['silent', { headersTimeout: 50 }, []],
    ['over a limit', { streamResetBurst: 1 }, [get(1, '/'), reset(1, CANCEL), get(3, '/'), reset(3, CANCEL)]],
  ])('%s', async (name, limits, frames) => {
    await using app = await withLimits(limits);
    const accepted = nextSocket(app);
    const client = await (name === 'silent' ? RawHttp2.connect(app) : RawHttp2.open(app));
    const socket = await accepted;
    // It neither reads nor closes its side.
    client.socket.pause();
    client.send(...frames);
    await once(socket, 'close');
    client.destroy();
  });
});
