import { LimitHits } from '@blaizejs/app/internal';
import { checkOptions } from '@blaizejs/errors/internal';
import { developmentCertificate } from '@blaizejs/ssl';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { Http1Adapter } from '../../src/adapters/http1.ts';
import { CleartextAdapter } from '../../src/adapters/http2-cleartext.ts';
import { Http2Adapter } from '../../src/adapters/http2.ts';
import { LIMIT_NAMES, limitsOption } from '../../src/limits.ts';
import { AdapterUnderTest } from './adapter-suite.ts';
import { head } from './http1-suite.ts';

describe.each([
  ['HTTP/1.1', Http1Adapter],
  ['HTTP/2', Http2Adapter],
])('an adapter of %s', (_name, Adapter) => {
  const make = (): Http1Adapter | Http2Adapter =>
    new Adapter({
      handle: (exchange) => exchange.respond(200, { 'content-length': '0' }, null),
      limits: checkOptions(limitsOption, {}),
      hits: new LimitHits(LIMIT_NAMES),
      idleGrace: 10,
    });

  test('that could not be bound rejects with the error as it is, and may be bound again', async () => {
    const blocking = createServer().listen(0, 'localhost');
    await once(blocking, 'listening');
    const { port } = blocking.address() as AddressInfo;
    const adapter = make();
    await expect(adapter.listen({ port, host: 'localhost' })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port,
    });
    await expect(adapter.listen({ port: -1 })).rejects.toMatchObject({ code: 'ERR_SOCKET_BAD_PORT' });
    blocking.close();
    await once(blocking, 'close');
    await adapter.listen({ port, host: 'localhost' });
    expect(adapter.server.address()).toMatchObject({ port });
    expect(adapter.server.listenerCount('error')).toBe(0);
    await expect(adapter.listen({ port: 0 })).rejects.toMatchObject({ code: 'ERR_SERVER_ALREADY_LISTEN' });
    await adapter.drain();
    adapter.destroy();
  });

  test('that was never bound can be ended', async () => {
    const adapter = make();
    expect(adapter.stats()).toEqual({ connections: 0, sessions: 0, streams: 0, handshakes: 0 });
    await adapter.drain();
    adapter.destroy();
  });
});

test.each(['cleartext', 'HTTP/2'] as const)('an adapter listens on a path: %s', async (transport) => {
  await using app = await AdapterUnderTest.start(transport, (exchange) => {
    expect(exchange.remoteAddress).toBeUndefined();
    exchange.respond(200, { 'content-length': '0' }, null);
  });
  await app.adapter.drain();
  const path = join(tmpdir(), `blaize-${randomUUID()}.sock`);
  await app.adapter.listen({ path });
  const dial = (): Socket =>
    transport === 'cleartext' ? connect(path) : connectTls({ path, servername: 'localhost' });
  const sockets = [dial(), dial()];
  for (const socket of sockets) {
    socket.write(head('GET / HTTP/1.1'));
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 OK/);
  }
  expect(app.adapter.stats()).toMatchObject({ connections: 2, handshakes: 0 });
  if (transport === 'HTTP/2') {
    const client = connectHttp2('https://localhost', {
      createConnection: () => connectTls({ path, servername: 'localhost', ALPNProtocols: ['h2'] }),
    });
    const request = client.request({ ':path': '/' });
    const [answer] = (await once(request, 'response')) as [{ ':status': number }];
    expect(answer[':status']).toBe(200);
    client.destroy();
    await expect.poll(() => app.adapter.stats().sessions).toBe(0);
  }
  for (const socket of sockets) socket.destroy();
});

test.each([
  ['TLS', Http2Adapter],
  ['cleartext', CleartextAdapter],
])('a session whose client has left is forgotten: %s', async (_name, Adapter) => {
  const adapter = new Adapter({
    handle: () => undefined,
    limits: checkOptions(limitsOption, {}),
    hits: new LimitHits(LIMIT_NAMES),
    idleGrace: 10,
  });
  const isSecure = adapter instanceof Http2Adapter;
  if (isSecure) adapter.server.setSecureContext(await developmentCertificate({ host: 'localhost' }));
  await adapter.listen({ port: 0, host: 'localhost' });
  const { port } = adapter.server.address() as AddressInfo;
  const client = connectHttp2(`${isSecure ? 'https' : 'http'}://localhost:${port}`, {
    rejectUnauthorized: false,
  });
  await once(client, 'remoteSettings');
  expect(adapter.stats()).toMatchObject({ connections: 1, sessions: 1, handshakes: 0 });
  client.destroy();
  await expect.poll(() => adapter.stats()).toMatchObject({ connections: 0, sessions: 0, handshakes: 0 });
  await adapter.drain();
  adapter.destroy();
});

test('an adapter tells of handshakes under way', async () => {
  await using app = await AdapterUnderTest.start('HTTP/2', () => undefined);
  const socket = connect(app.port, 'localhost');
  await once(app.adapter.server, 'connection');
  expect(app.adapter.stats()).toEqual({ connections: 1, sessions: 0, streams: 0, handshakes: 1 });
  socket.destroy();
});
