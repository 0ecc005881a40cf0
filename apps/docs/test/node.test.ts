import { once } from 'node:events';
import { createServer as createNodeServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'blaizejs';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { readPages } from './pages.ts';

// What the table of the page `security/node` speaks of.
const REQUESTS: Record<string, string> = {
  'two Host headers': head('GET / HTTP/1.1', 'Host: b'),
  'a Host that is not a host (`a b/c`)': 'GET / HTTP/1.1\r\nHost: a b/c\r\n\r\n',
  'a request line without a version': 'GET /\r\n\r\n',
  'HTTP/1.2': head('GET / HTTP/1.2'),
  'Transfer-Encoding over HTTP/1.0': chunked('POST / HTTP/1.0', 'chunked'),
  'Transfer-Encoding: gzip, chunked': chunked('POST / HTTP/1.1', 'gzip, chunked'),
  'a fragment in the target (`/#x`)': head('GET /#x HTTP/1.1'),
  'a user in the target (`http://u@a/`)': head('GET http://u@a/ HTTP/1.1'),
  'a dot segment in the path (`/a/../`)': head('GET /a/../ HTTP/1.1'),
  '200 headers': head('GET / HTTP/1.1', ...Array.from({ length: 200 }, (_, i) => `X-${i}: y`)),
  'a method that HTTP does not define': head('FOO / HTTP/1.1'),
  'both Content-Length and Transfer-Encoding': chunked('POST / HTTP/1.1', 'chunked', 'Content-Length: 5'),
  'a folded header line': head('GET / HTTP/1.1', 'X: a', ' b'),
  'a space before the colon of a header': head('GET / HTTP/1.1', 'X : a'),
  'LF without CR': 'GET / HTTP/1.1\nHost: a\n\n',
};

const { text } = readPages().find(({ name }) => name === 'security/node')!;
const rows = [...text.matchAll(/^\| (.+?) +\| (\d{3}) +\| (\d{3}) +\|/gm)].map(
  ([, what = '', alone, here]) => ({
    what,
    alone: Number(alone),
    here: Number(here),
  }),
);

const node = createNodeServer((request, response) => {
  request.resume().on('end', () => response.end());
});
const server = createServer({
  routesDir: false,
  port: 0,
  http2: { enabled: false },
  logger: false,
  watch: false,
  handleSignals: false,
});
beforeAll(async () => {
  server.router.addRoute('GET', '/', { handler: () => undefined });
  await server.listen();
  node.listen(0);
  await once(node, 'listening');
});
afterAll(async () => {
  node.close();
  await Promise.all([server.close(), once(node, 'close')]);
});

test('the table and the requests here are the same', () => {
  expect(rows.map(({ what }) => what)).toEqual(Object.keys(REQUESTS));
});

test.each(rows)('$what: $alone of Node alone, $here of the server', async ({ what, alone, here }) => {
  const request = REQUESTS[what]!;
  expect(await statusOf((node.address() as AddressInfo).port, request)).toBe(alone);
  expect(await statusOf(server.port, request)).toBe(here);
});

async function statusOf(port: number, request: string): Promise<number> {
  const socket = connect(port);
  socket.write(request);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(String(answer))?.[1]);
}

function head(line: string, ...fields: string[]): string {
  return [line, 'Host: a', ...fields, '', ''].join('\r\n');
}

function chunked(line: string, coding: string, ...fields: string[]): string {
  return `${head(line, ...fields, `Transfer-Encoding: ${coding}`)}0\r\n\r\n`;
}
