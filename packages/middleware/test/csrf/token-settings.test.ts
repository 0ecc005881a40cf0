import { inject, startTestServer, type TestClient } from '@blaizejs/testing';
import type { Context, Schema } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { connect as connectMiddleware } from '../../src/connect.ts';
import { csrf, type CsrfToken, type CsrfTokenOptions } from '../../src/csrf.ts';

type Secret = CsrfTokenOptions['secret'];

const anything: Schema<string> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as string }) },
};

const [OLD, NEW] = ['o'.repeat(32), new Uint8Array(32).fill(7)];

const tokenRoute = {
  handler: ({ state }: Context) => (state as unknown as { csrf: CsrfToken }).csrf.token(),
};

/** Loads a page with a token, which its form then sends to a path. */
async function openForm(client: TestClient, path: string) {
  const response = await client.request('/');
  const token = await response.text();
  const cookie = response.headers.getSetCookie()[0]?.replace(/;.*/s, '') ?? '';
  const send = (headers: Record<string, string>, body: string) =>
    client.request(path, {
      method: 'POST',
      body,
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  return { token, send };
}

async function serve(secret: Secret, secure = true) {
  const token = { secret, secure, session: () => undefined };
  const app = await startTestServer({ middleware: [csrf({ token })] });
  app.server.router.addRoute('GET', '/', tokenRoute);
  app.server.router.addRoute('POST', '/', { handler: () => 'done' });
  const page = async () => {
    const response = await app.http2.request('/');
    const [line = ''] = response.headers.getSetCookie();
    return { line, cookie: line.replace(/;.*/s, ''), 'x-csrf-token': await response.text() };
  };
  const send = async ({ line: _line, ...headers }: Awaited<ReturnType<typeof page>>) =>
    (await app.http2.request('/', { method: 'POST', headers })).status;
  return { app, page, send, [Symbol.asyncDispose]: () => app.close() };
}

test('secrets can be changed: the first signs, all of them verify', async () => {
  await using before = await serve(OLD);
  await using during = await serve([NEW, OLD]);
  await using after = await serve(NEW);
  const [old, fresh] = [await before.page(), await during.page()];
  expect(await during.send(old)).toBe(200);
  expect(await after.send(old)).toBe(403);
  expect(await after.send(fresh)).toBe(200);
  expect(await before.send(fresh)).toBe(403);
});

test('without TLS, the cookie has neither prefix nor Secure', async () => {
  await using plain = await serve(OLD, false);
  const page = await plain.page();
  expect(page.line).toMatch(/^csrf=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/);
  expect(await plain.send(page)).toBe(200);
  expect(await plain.send({ ...page, cookie: `__Host-${page.cookie}` })).toBe(403);
});

test('without the option, there is no token, and no cookie', async () => {
  await using app = await startTestServer({ middleware: [csrf()] });
  app.server.router.addRoute('GET', '/', { handler: ({ state }) => Object.keys(state) });
  const response = await app.http1.request('/');
  expect(await response.json()).toEqual([]);
  expect(response.headers.getSetCookie()).toEqual([]);
});

test('an error page may have a form', async () => {
  await using app = await startTestServer({
    mode: 'production',
    middleware: [csrf({ token: { secret: OLD, session: () => undefined } })],
  });
  app.server.router.addRoute('GET', '/', {
    handler: async ({ state, response }) => {
      const token = await (state as unknown as { csrf: CsrfToken }).csrf.token();
      return response.status(422).html(token);
    },
  });
  app.server.router.addRoute('POST', '/', { handler: () => 'done' });
  const response = await inject(app.server, '/');
  const [line = ''] = response.headers.getSetCookie();
  const headers = { cookie: line.replace(/;.*/s, ''), 'x-csrf-token': await response.text() };
  expect((await inject(app.server, '/', { method: 'POST', headers })).status).toBe(200);
});

test('what is mounted reads its body itself, and takes the token from the header', async () => {
  await using app = await startTestServer({
    middleware: [csrf({ token: { secret: OLD, session: () => undefined } })],
  });
  app.server.router.addRoute('GET', '/', tokenRoute);
  app.server.mount('/below', async (request) => new Response(await request.text()));
  const { token, send } = await openForm(app.http2, '/below');
  expect((await send({}, `_csrf=${token}`)).status).toBe(403);
  expect(await (await send({ 'x-csrf-token': token }, 'a=1')).text()).toBe('a=1');
});

test.each(['http1', 'http2'] as const)(
  'over %s, Connect middleware after it still gets a form',
  async (way) => {
    await using app = await startTestServer({
      middleware: [
        csrf({ token: { secret: OLD, session: () => undefined } }),
        connectMiddleware((req, res, next) => {
          if (req.method !== 'POST') {
            next();
            return;
          }
          let body = '';
          req.on('data', (chunk: Buffer) => (body += chunk.toString()));
          req.on('end', () => res.end(body));
          req.on('error', next);
        }),
      ],
    });
    app.server.router.addRoute('GET', '/', tokenRoute);
    app.server.router.addRoute('POST', '/', { handler: () => 'done' });
    const { token, send } = await openForm(app[way], '/');
    const body = `a=1&_csrf=${token}`;
    const answer = await send({}, body);
    expect(await answer.text()).toBe(body);
  },
);

test('a form that the route reads in its own way has the token in the header', async () => {
  await using app = await startTestServer({
    middleware: [csrf({ token: { secret: OLD, session: () => undefined } })],
  });
  app.server.router.addRoute('GET', '/', tokenRoute);
  app.server.router.addRoute('POST', '/', {
    schema: { body: anything },
    bodyReaders: {
      'application/x-www-form-urlencoded': async ({ stream }) => {
        let size = 0;
        for await (const chunk of stream) size += chunk.length;
        return `${size} bytes`;
      },
    },
    handler: ({ request }) => ({ read: request.body }),
  });
  const { token, send } = await openForm(app.http2, '/');
  expect((await send({}, `_csrf=${token}`)).status).toBe(403);
  expect(await (await send({ 'x-csrf-token': token }, 'a=1')).json()).toEqual({ read: '3 bytes' });
});
