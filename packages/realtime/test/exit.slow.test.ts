/** What keeps a connection open does not keep the process alive. */
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { afterEach, expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { startChild } from '../../../tooling/test/child.ts';

const SOCKET =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const STREAMS = ['/full', '/hanging', '/own'];

const open = new Set<Socket | ClientHttp2Session>();

afterEach(() => {
  for (const each of open) each.destroy();
  open.clear();
});

async function start(how: 'secure' | 'cleartext') {
  const file = new URL('children/endless-server.ts', import.meta.url).pathname;
  const server = startChild(process.execPath, [...FROM_SOURCE, file, how], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const [, url = ''] = await server.says(/^at (\S+)$/m);
  return { server, url };
}

/** Asks over HTTP/1.1, and takes no more than the beginning of the answer. */
async function ask1(url: string, path: string, fields = ''): Promise<void> {
  const { protocol, port, hostname: host } = new URL(url);
  const to = { port: Number(port), host };
  const socket = protocol === 'https:' ? connectTls({ ...to, rejectUnauthorized: false }) : connectTcp(to);
  open.add(socket.on('error', () => undefined));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  expect(first.toString('latin1', 0, 12)).toBe(fields ? 'HTTP/1.1 101' : 'HTTP/1.1 200');
}

/** Asks for all over one HTTP/2 connection, and takes no content, or as little. */
async function ask2(url: string, initialWindowSize: number): Promise<void> {
  const session = connectHttp2(url, { rejectUnauthorized: false, settings: { initialWindowSize } });
  open.add(session.on('error', () => undefined));
  await once(session, 'remoteSettings');
  const asked = [
    ...STREAMS.map((path) => session.request({ ':path': path })),
    session.request({
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': new URL(url).protocol.slice(0, -1),
      ':path': '/socket',
      ':authority': new URL(url).host,
      'sec-websocket-version': '13',
    }),
  ];
  for (const stream of asked) {
    stream.on('error', () => undefined);
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
    expect(headers[':status']).toBe(200);
  }
}

test.each(['secure', 'cleartext'] as const)(
  'a process exits with 0 at SIGTERM, whatever its streams and sockets do, and their clients: %s',
  { timeout: 90_000 },
  async (how) => {
    const { server, url } = await start(how);
    for (let index = 0; index < 5; index += 1) {
      for (const path of STREAMS) await ask1(url, path);
      await ask1(url, '/socket', SOCKET);
      await ask2(url, index % 2 ? 65_535 : 0);
    }
    server.process.kill('SIGTERM');
    // It would be 1 if anything had been cut off for taking longer than `shutdownTimeout`.
    expect(await server.ended).toBe(0);
    expect(server.output).toMatch(/^stopped$/m);
    expect(server.output).not.toMatch(/"level":[456]0/);
  },
);
