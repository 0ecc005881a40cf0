import net from 'node:net';
import { text } from 'node:stream/consumers';

import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { hostFilter } from '../../src/host-filter.ts';
import { compileHosts } from '../../src/host-filter/hosts.ts';

describe('which hosts', () => {
  test.each([
    ['example.com', 'https://example.com/', true],
    ['example.com', 'https://EXAMPLE.com./', true],
    ['example.com', 'https://example.com:8443/', true],
    ['example.com', 'https://example.com.evil.test/', false],
    ['example.com', 'https://evilexample.com/', false],
    ['example.com', 'https://www.example.com/', false],
    ['*.example.com', 'https://www.example.com/', true],
    ['*.example.com', 'https://a.b.example.com/', true],
    ['*.example.com', 'https://example.com/', false],
    ['*.example.com', 'https://.example.com/', false],
    ['*.example.com:8443', 'https://a.example.com:8443/', true],
    ['*.example.com:8443', 'https://a.example.com/', false],
    ['example.com:443', 'https://example.com/', true],
    ['example.com:443', 'http://example.com/', false],
    ['localhost:3000', 'http://localhost:3000/', true],
    ['localhost:3000', 'http://localhost:3001/', false],
    ['[::1]', 'http://[0:0:0:0:0:0:0:1]/', true],
    ['127.0.0.1', 'http://2130706433/', true],
  ])('%s and %s: %s', (host, url, served) => {
    expect(compileHosts([host])(new URL(url))).toBe(served);
  });
});

test('over both protocols and for paths without a route', async () => {
  await using app = await startTestServer({
    middleware: [hostFilter({ hosts: ['localhost', '127.0.0.1'] })],
  });
  app.server.router.addRoute('GET', '/', { handler: () => 'here' });
  for (const client of [app.http1, app.http2]) {
    expect((await client.request('/')).status).toBe(200);
    expect((await client.request('/nowhere')).status).toBe(404);
  }
});

test.each(['evil.test', 'localhost.evil.test', 'a@localhost', ''])(
  'the host "%s" is neither served nor quoted',
  async (host) => {
    await using app = await startTestServer({
      tls: false,
      middleware: [hostFilter({ hosts: ['localhost'] })],
    });
    app.server.router.addRoute('GET', '/', { handler: () => 'here' });
    const socket = net.connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.end(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 4(?:21|00) /);
    expect(answer).not.toContain('here');
    expect(answer).not.toContain('evil');
  },
);

test.each([
  [{ hosts: [] }, 'at least one host'],
  [{ hosts: ['https://example.com'] }, 'Write only the host: "example.com"'],
  [{ hosts: ['*'] }, 'hosts[0]'],
  [{ hosts: ['a..b'] }, 'hosts[0]'],
  [{ host: ['a'] }, 'hosts'],
  [undefined, 'an object of options'],
])('the options %j are refused', (options, words) => {
  expect(() => hostFilter(options as never)).toThrow(words);
});
