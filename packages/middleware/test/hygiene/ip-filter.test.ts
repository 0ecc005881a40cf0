import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { ipFilter } from '../../src/ip-filter.ts';
import { compileNetworks } from '../../src/ip-filter/networks.ts';

describe('which addresses', () => {
  test.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::FFFF:10.1.2.3', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['0.0.0.0/0', '1.2.3.4', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '2001:db8::1', true],
    ['2001:db8::/32', '2001:DB8:1::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['::/0', '', false],
    ['0.0.0.0/0', 'not an address', false],
  ])('%s has %s: %s', (network, ip, has) => {
    expect(compileNetworks([network])(ip)).toBe(has);
  });
});

test.each([
  [{ allow: ['127.0.0.1', '::1'] }, 200],
  [{ allow: ['10.0.0.0/8'] }, 403],
  [{ deny: ['127.0.0.0/8', '::1'] }, 403],
  [{ allow: ['127.0.0.0/8', '::1'], deny: ['127.0.0.1', '::1'] }, 403],
  [{ deny: ['10.0.0.0/8'] }, 200],
])('with %j, loopback gets %i over both protocols', async (options, status) => {
  await using app = await startTestServer({ middleware: [ipFilter(options)] });
  app.server.router.addRoute('GET', '/', { handler: () => 'here' });
  for (const client of [app.http1, app.http2]) expect((await client.request('/')).status).toBe(status);
});

test('behind a trusted proxy, it is the client that counts', async () => {
  await using app = await startTestServer({
    trustProxy: ['loopback'],
    middleware: [ipFilter({ allow: ['192.0.2.0/24'] })],
  });
  app.server.router.addRoute('GET', '/', { handler: () => 'here' });
  const ask = async (forwarded: string) =>
    (await app.http2.request('/', { headers: { 'x-forwarded-for': forwarded } })).status;
  expect(await ask('192.0.2.7')).toBe(200);
  expect(await ask('192.0.2.7, 198.51.100.1')).toBe(403);
});

test.each([
  [{}, 'one of the options allow and deny'],
  [{ allow: [] }, 'at least one address'],
  [{ allow: ['10.0.0.0/33'] }, 'allow[0]'],
  [{ deny: ['example.com'] }, 'deny[0]'],
  [{ deny: ['::ffff:10.0.0.0/8'] }, 'Write networks of IPv4 as such'],
  [{ deny: ['fe80::1%eth0'] }, 'deny[0]'],
  [{ block: ['::1'] }, 'block'],
])('the options %j are refused', (options, words) => {
  expect(() => ipFilter(options as never)).toThrow(words);
});
