import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:http2';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { csrf, type CsrfToken } from '../../src/csrf.ts';

const ATTACKER = { origin: 'https://attacker.example', cookie: 'session=1' };

type Headers = Record<string, string>;

async function overHttp1(app: TestServer, headers: Headers): Promise<number> {
  const sent = httpsRequest(app.url, {
    headers: { connection: 'Upgrade', upgrade: 'websocket', ...headers },
  }).end();
  return new Promise((resolve, reject) => {
    sent.once('error', reject);
    sent.once('upgrade', ({ statusCode = 0 }, socket) => {
      socket.destroy();
      resolve(statusCode);
    });
    sent.once('response', (response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
  });
}

async function overHttp2(app: TestServer, headers: Headers): Promise<number> {
  const session = connect(app.url);
  try {
    await once(session, 'remoteSettings');
    const stream = session.request(
      { ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/', ...headers },
      { endStream: false },
    );
    const [answer] = (await once(stream, 'response')) as [Record<string, unknown>];
    return answer[':status'] as number;
  } finally {
    session.destroy();
  }
}

test.each([
  ['HTTP/1.1', overHttp1, 101],
  ['HTTP/2', overHttp2, 200],
])(
  'over %s, a page of another site opens no WebSocket with the cookies of its visitor',
  async (_, open, opened) => {
    await using app = await startTestServer({ middleware: [csrf()] });
    app.server.router.addRoute('GET', '/', {
      tunnel: 'websocket',
      handler: ({ request, response }) =>
        request.tunnel ? void request.tunnel.accept().end() : response.text('hi'),
    });
    expect(await open(app, ATTACKER)).toBe(403);
    expect(await open(app, { ...ATTACKER, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await open(app, { origin: app.url, cookie: 'session=1' })).toBe(opened);
    expect(await open(app, {})).toBe(opened);
    expect(await open(app, { cookie: 'session=1' })).toBe(403);
    // Where nothing is opened, it is a GET.
    expect((await app.http2.request('/', { headers: ATTACKER })).status).toBe(200);
  },
);

test.each([
  ['HTTP/1.1', overHttp1, 101],
  ['HTTP/2', overHttp2, 200],
])(
  'over %s, who says nothing needs a token to open a WebSocket with cookies, and none without',
  async (_, open, opened) => {
    await using app = await startTestServer({
      middleware: [csrf({ token: { secret: 's'.repeat(32), session: () => undefined } })],
    });
    app.server.router.addRoute('GET', '/', {
      tunnel: 'websocket',
      handler: ({ request, state }) =>
        request.tunnel
          ? void request.tunnel.accept().end()
          : (state as unknown as { csrf: CsrfToken }).csrf.token(),
    });
    const page = await app.http2.request('/');
    const token = await page.text();
    const cookie = page.headers.getSetCookie()[0]?.replace(/;.*/s, '') ?? '';
    expect(await open(app, {})).toBe(opened);
    expect(await open(app, { cookie })).toBe(403);
    expect(await open(app, { cookie, 'x-csrf-token': token })).toBe(opened);
    expect(await open(app, { ...ATTACKER, cookie, 'x-csrf-token': token })).toBe(403);
  },
);
