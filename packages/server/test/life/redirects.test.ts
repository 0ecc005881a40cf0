import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createServer } from '../../src/index.ts';
import { makeCertificate } from '../wire/certificates.ts';

const server = createServer({
  port: 0,
  host: '127.0.0.1',
  routesDir: false,
  logger: false,
  handleSignals: false,
  endpoints: [{ port: 0, redirect: true }],
  tls: {
    ...(await makeCertificate('a', { names: ['example.org', '*.example.org'] })),
    sni: { 'other.test': await makeCertificate('b', { names: ['other.test', 'xn--mnchen-3ya.test'] }) },
  },
});
let port: number;

beforeAll(async () => {
  await server.listen();
  port = server.addresses[1]?.port as number;
});

afterAll(() => server.close());

/** Status and Location of the answer to raw bytes. */
async function ask(head: string): Promise<[number, string | undefined]> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${head}\r\nConnection: close\r\n\r\n`);
  const answer = await text(socket);
  return [Number(answer.slice(9, 12)), /^location: (.*)\r$/im.exec(answer)?.[1]];
}

const get = (host: string, target = '/a?b=1'): Promise<[number, string | undefined]> =>
  ask(`GET ${target} HTTP/1.1\r\nHost: ${host}`);
const at = (host: string, path = '/a?b=1'): [number, string] => [
  308,
  `https://${host}:${server.port}${path}`,
];

describe('a host that a certificate is for', () => {
  test.each([
    ['example.org', 'example.org'],
    ['EXAMPLE.org', 'example.org'],
    ['example.org:80', 'example.org'],
    ['example.org:8080', 'example.org'],
    ['api.example.org', 'api.example.org'],
    ['other.test', 'other.test'],
    ['xn--mnchen-3ya.test', 'xn--mnchen-3ya.test'],
  ])('%s is redirected to', async (host, expected) => {
    expect(await get(host)).toEqual(at(expected));
  });

  test('in a whole URL, whatever Host says', async () => {
    expect(await get('evil.test', 'http://example.org/a?b=1')).toEqual(at('example.org'));
    expect(await get('example.org', 'http://evil.test/a?b=1')).toEqual([421, undefined]);
  });

  test('a path that looks like a host stays a path', async () => {
    for (const path of ['//evil.test/', '/%2F/evil.test', '/@evil.test', '/\\evil.test'])
      expect((await get('example.org', path))[1] ?? at('example.org', path)[1]).toBe(
        at('example.org', path)[1],
      );
  });

  test('the method and body are kept', async () => {
    const head = 'POST /form HTTP/1.1\r\nHost: example.org\r\nContent-Length: 0';
    expect(await ask(head)).toEqual(at('example.org', '/form'));
  });

  test('OPTIONS * is redirected to the root', async () => {
    expect(await ask('OPTIONS * HTTP/1.1\r\nHost: example.org')).toEqual(at('example.org', '/'));
  });

  test('has no Strict-Transport-Security, which browsers ignore in cleartext', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n');
    expect(await text(socket)).not.toMatch(/strict-transport/i);
  });
});

describe('no other host is redirected to', () => {
  test.each([
    'evil.test',
    'example.org.evil.test',
    'evilexample.org',
    'a.b.example.org',
    'example.org@evil.test',
    'evil.test@example.org',
    'user:pass@example.org',
    'example.org/evil.test',
    'example.org:80@evil.test',
    'example.org#evil.test',
    'example.org?evil.test',
    'example.org\\evil.test',
    'example.org, evil.test',
    'example.org evil.test',
    '127.0.0.1',
    '[::1]',
    '[::1',
    '[::ffff:7f00:1]:80',
    '2130706433',
    'example.org:99999',
    'example.org:-1',
    '*.example.org',
    '',
    `${'a'.repeat(3000)}.example.org.evil.test`,
    `${'a.'.repeat(3000)}evil.test`,
  ])('%s', async (host) => {
    const [status, location] = await get(host);
    expect(location).toBeUndefined();
    expect([400, 421]).toContain(status);
  });

  test('nor without a Host, in HTTP/1.0', async () => {
    expect(await ask('GET / HTTP/1.0\r\nAccept: */*')).toEqual([421, undefined]);
  });
});

test('an address that the certificate is for', async () => {
  await using local = createServer({
    port: 0,
    host: '::1',
    routesDir: false,
    logger: false,
    handleSignals: false,
    endpoints: [{ port: 0, redirect: true }],
    tls: await makeCertificate('a', { addresses: ['::1'] }),
  });
  await local.listen();
  const socket = connect(local.addresses[1]?.port as number, '::1');
  socket.write('GET / HTTP/1.1\r\nHost: [0:0::1]:80\r\nConnection: close\r\n\r\n');
  expect(await text(socket)).toMatch(`location: https://[::1]:${local.port}/\r\n`);
});
