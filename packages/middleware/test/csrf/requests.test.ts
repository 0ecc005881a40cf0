import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { csrf } from '../../src/csrf.ts';
import { recordingLogger } from '../log.ts';
import { onEveryWay, type Reached } from '../../../../tooling/test/ways.ts';

const TRUSTED = 'https://app.example.com';
const ATTACKER = 'https://attacker.example';
const COOKIE = 'session=1';

const UNSAFE = ['POST', 'PUT', 'PATCH', 'DELETE'];

type Headers = Record<string, string>;

async function status(reached: Reached, method: string, headers: Headers, body?: string): Promise<number> {
  const response = await reached.request('/', { method, headers, ...(body !== undefined && { body }) });
  await response.body?.cancel();
  return response.status;
}

onEveryWay(
  'csrf()',
  () => ({ middleware: [csrf({ trustedOrigins: [TRUSTED, /https:\/\/\w+\.preview\.example\.com/g] })] }),
  (router) => {
    for (const method of ['GET', 'HEAD', 'QUERY', ...UNSAFE])
      router.addRoute(method, '/', { handler: () => 'done' });
  },
  (reach) => {
    const own = () => new URL(reach().app.url).origin;

    test.each(['GET', 'HEAD', 'OPTIONS'])('%s passes, whoever asks', async (method) => {
      const headers = { 'sec-fetch-site': 'cross-site', origin: ATTACKER, cookie: COOKIE };
      expect(await status(reach(), method, headers)).toBeLessThan(300);
    });

    test.each<[string, Headers]>([
      ['a page of the site', { 'sec-fetch-site': 'same-origin', cookie: COOKIE }],
      [
        'one that hides its origin from itself',
        { 'sec-fetch-site': 'same-origin', origin: 'null', cookie: COOKIE },
      ],
      ['the user', { 'sec-fetch-site': 'none', cookie: COOKIE }],
      ['a trusted origin', { 'sec-fetch-site': 'cross-site', origin: TRUSTED, cookie: COOKIE }],
      [
        'a trusted origin of the same site',
        { 'sec-fetch-site': 'same-site', origin: TRUSTED, cookie: COOKIE },
      ],
      ['a trusted origin in an old browser', { origin: TRUSTED, cookie: COOKIE }],
      [
        'an origin of a trusted pattern',
        { 'sec-fetch-site': 'cross-site', origin: 'https://a.preview.example.com' },
      ],
      ['curl, or a server', {}],
      ['curl with a token', { authorization: 'Bearer abc' }],
    ])('%s may change something', async (_who, headers) => {
      for (const method of UNSAFE) expect(await status(reach(), method, headers)).toBe(200);
    });

    test('an old browser may, from the site itself', async () => {
      expect(await status(reach(), 'POST', { origin: own(), cookie: COOKIE })).toBe(200);
    });

    test.each<[string, Headers]>([
      ['another site', { 'sec-fetch-site': 'cross-site', origin: ATTACKER, cookie: COOKIE }],
      [
        'another site without cookies, as for signing in',
        { 'sec-fetch-site': 'cross-site', origin: ATTACKER },
      ],
      ['another site in an old browser', { origin: ATTACKER, cookie: COOKIE }],
      [
        'another site that hides its origin',
        { 'sec-fetch-site': 'cross-site', origin: 'null', cookie: COOKIE },
      ],
      ['another site in an old browser that hides its origin', { origin: 'null', cookie: COOKIE }],
      ['another site without Origin', { 'sec-fetch-site': 'cross-site', cookie: COOKIE }],
      [
        'another subdomain',
        { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com', cookie: COOKIE },
      ],
      ['another subdomain without Origin', { 'sec-fetch-site': 'same-site' }],
      ['a browser so old that it says nothing', { cookie: COOKIE }],
      ['somebody with a site of their own', { 'sec-fetch-site': 'mine', cookie: COOKIE }],
      ['somebody in capitals', { 'sec-fetch-site': 'Same-Origin', cookie: COOKIE }],
      ['somebody who says nothing at length', { 'sec-fetch-site': '', cookie: COOKIE }],
      ['an origin that begins like a trusted one', { origin: `${TRUSTED}.attacker.example`, cookie: COOKIE }],
      ['two origins', { origin: `${TRUSTED}, ${ATTACKER}`, cookie: COOKIE }],
      ['an empty origin', { origin: '', cookie: COOKIE }],
      ['a huge origin', { origin: `https://${'a'.repeat(4000)}.example`, cookie: COOKIE }],
    ])('%s may not', async (_who, headers) => {
      for (const method of UNSAFE) expect(await status(reach(), method, headers)).toBe(403);
    });

    test.each([
      ['application/json', '{}'],
      ['text/plain', '{"a":1}'],
      ['application/x-www-form-urlencoded', 'a=1'],
      ['multipart/form-data; boundary=b', '--b--'],
      ['Application/JSON; x=application/x-www-form-urlencoded', '{}'],
      [' text/html', ''],
      ['not a type', 'a'],
    ])('the content type %s does not matter', async (type, body) => {
      const headers = { 'content-type': type, cookie: COOKIE };
      const cross = { ...headers, 'sec-fetch-site': 'cross-site', origin: ATTACKER };
      expect(await status(reach(), 'POST', cross, body)).toBe(403);
      expect(await status(reach(), 'POST', { ...headers, origin: ATTACKER }, body)).toBe(403);
      expect(await status(reach(), 'POST', { ...headers, 'sec-fetch-site': 'same-origin' }, body)).toBe(200);
    });

    test('the answer says why, with a stable code', async () => {
      const ask = async (headers: Headers) =>
        (await (await reach().request('/', { method: 'DELETE', headers })).json()) as object;
      expect(await ask({ 'sec-fetch-site': 'cross-site', origin: ATTACKER })).toMatchObject({
        type: 'about:blank',
        status: 403,
        code: 'ERR_BLAIZE_CSRF',
        detail: 'The request was sent by a page of another site, "https://attacker.example".',
      });
      expect(await ask({ cookie: COOKIE })).toMatchObject({
        code: 'ERR_BLAIZE_CSRF',
        detail: 'The request has cookies, but neither Sec-Fetch-Site nor Origin says which page has sent it.',
      });
    });

    test('the port and the scheme are part of the origin', async () => {
      const { hostname, port } = new URL(own());
      for (const origin of [`http://${hostname}:${port}`, `https://${hostname}`, `https://${hostname}:1`])
        expect(await status(reach(), 'POST', { origin, cookie: COOKIE })).toBe(403);
    });
  },
);

test('a refusal is logged', async () => {
  const { logger, lines } = recordingLogger();
  await using app = await startTestServer({ logger, middleware: [csrf()] });
  await app.http2.request('/a?b=c', { method: 'POST', headers: { origin: `https://${'b'.repeat(1000)}` } });
  expect(lines.filter(({ message }) => message.startsWith('csrf()'))).toEqual([
    {
      level: 'info',
      message: 'csrf() refused a request',
      method: 'POST',
      path: '/a',
      site: undefined,
      origin: `https://${'b'.repeat(192)}`,
    },
  ]);
});

test('behind a proxy, the host is the one that the client asked for', async () => {
  const cleartext = { tls: false, http2: { enabled: false } } as const;
  await using app = await startTestServer({ ...cleartext, trustProxy: 1, middleware: [csrf()] });
  app.server.router.addRoute('POST', '/', { handler: () => 'done' });
  const forwarded = {
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'example.com',
  };
  const ask = async (origin: string) =>
    (await app.http1.request('/', { method: 'POST', headers: { ...forwarded, origin, cookie: COOKIE } }))
      .status;
  expect(await ask('https://example.com')).toBe(200);
  expect(await ask('http://example.com')).toBe(403);
  expect(await ask(app.url)).toBe(403);
});

test('a proxy that is not trusted may have undone TLS', async () => {
  const cleartext = { tls: false, http2: { enabled: false } } as const;
  await using app = await startTestServer({ ...cleartext, middleware: [csrf()] });
  app.server.router.addRoute('POST', '/', { handler: () => 'done' });
  const origin = app.url.replace('http:', 'https:');
  const response = await app.http1.request('/', { method: 'POST', headers: { origin, cookie: COOKIE } });
  expect(response.status).toBe(200);
});

test('headers that are sent twice are not believed, over HTTP/1.1', async () => {
  const cleartext = { tls: false, http2: { enabled: false } } as const;
  await using app = await startTestServer({ ...cleartext, middleware: [csrf()] });
  app.server.router.addRoute('POST', '/', { handler: () => 'done' });
  const { hostname, port, host } = new URL(app.url);
  for (const twice of [
    'Sec-Fetch-Site: cross-site\r\nSec-Fetch-Site: same-origin',
    `Origin: ${app.url}\r\nOrigin: ${app.url}`,
  ]) {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.end(
      `POST / HTTP/1.1\r\nHost: ${host}\r\nCookie: a=b\r\n${twice}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /);
  }
});

test('headers that are sent twice are not believed, over HTTP/2', async () => {
  await using app = await startTestServer({ middleware: [csrf()] });
  app.server.router.addRoute('POST', '/', { handler: () => 'done' });
  const session = connectHttp2(app.url);
  try {
    for (const twice of [
      { 'sec-fetch-site': ['cross-site', 'same-origin'] },
      { origin: [app.url, app.url] },
    ]) {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/',
        cookie: 'a=b',
        ...(twice as object),
      });
      stream.end();
      const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
        stream.once('response', resolve).once('error', reject);
      });
      stream.resume();
      expect(headers[':status']).toBe(403);
    }
  } finally {
    session.destroy();
  }
});
