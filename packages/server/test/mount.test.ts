import { createApp } from '@blaizejs/app';
import { expect, test } from 'vitest';

import { onEveryTransport, WIRES } from './transports.ts';
import { sendRaw } from './wire/send-raw.ts';
import { headers as headersFrame, data, RawHttp2, request as fields } from './wire/raw-http2.ts';

onEveryTransport(
  'a mounted fetch handler',
  () => ({ mode: 'production', limits: { handlerTimeout: 2000 } }),
  ({ server }) => {
    server.mount('/m', async (request) => {
      const { pathname, search } = new URL(request.url);
      switch (pathname) {
        case '/m/ignores':
          return new Response('ignored');
        case '/m/cancels':
          await request.body?.cancel();
          return new Response('cancelled');
        case '/m/first': {
          const reader = request.body?.getReader();
          await reader?.read();
          void reader?.cancel();
          return new Response('one');
        }
        case '/m/reads':
          return new Response(String((await request.arrayBuffer()).byteLength));
        case '/m/echo':
          return new Response(request.body);
        case '/m/redirects':
          return Response.redirect('https://example.org/', 303);
        default:
          return new Response(`${request.method} ${pathname}${search}`);
      }
    });
    const inner = createApp({ logger: false, mode: 'production' });
    inner.router.addRoute('GET', '/inner/:id', { handler: ({ request }) => `inner ${request.params.id}` });
    server.mount('/inner', inner.fetch);
  },
  (reach) => {
    // All of them together are less than the memory that Node's client has for a session.
    const size = 500_000;
    const big = (): ReadableStream => new Blob(['x'.repeat(size)]).stream();

    test('gets path, query and method as they were asked for', async () => {
      expect(await (await reach().request('/m/a%2Fb?x=%20')).text()).toBe('GET /m/a%2Fb?x=%20');
      expect(await (await reach().request('/m', { method: 'PROPFIND' })).text()).toBe('PROPFIND /m');
      expect(await (await reach().request('/inner/7')).text()).toBe('inner 7');
      expect((await reach().request('/innermost')).status).toBe(404);
      expect((await reach().request('/m/redirects')).status).toBe(303);
    });

    test.each([
      ['/m/ignores', 'ignored'],
      ['/m/cancels', 'cancelled'],
      ['/m/first', 'one'],
    ])('need not read a body, and the server goes on: %s', async (path, text) => {
      for (let i = 0; i < 3; i++) {
        // A client may be told before it has sent everything.
        const sent = await reach()
          .request(path, { method: 'POST', body: big() })
          .then((response) => response.text())
          .catch(() => text);
        expect(sent).toBe(text);
      }
      expect((await reach().request('/m/a')).status).toBe(200);
    });

    test('reads and echoes large bodies', async () => {
      const read = await reach().request('/m/reads', { method: 'POST', body: big() });
      expect(await read.text()).toBe(String(size));
      const echoed = await reach().request('/m/echo', { method: 'POST', body: big() });
      expect((await echoed.text()).length).toBe(size);
    });
  },
);

onEveryTransport(
  'a mounted fetch handler',
  () => ({ mode: 'production' }),
  ({ server }) => {
    server.use((ctx, next) => {
      ctx.response.header('x-method', ctx.request.method).header('x-path', ctx.request.path);
      return next();
    });
    server.mount('/', (request) => new Response(`${request.method} ${new URL(request.url).pathname}`));
  },
  (reach) => {
    test.each(['/a/../b', '/a/%2e%2e/b', '/a\\..\\b', '/./b', '/a#/../b', '/%5c..%5cb', '/..', '/a/.%2E'])(
      'is not asked for another path than middleware has seen: %s',
      async (target) => {
        expect((await sendRaw(reach(), { target })).status).toBe(400);
      },
    );

    test.each(['//evil.example/x', '/\\evil.example/x', '/a\\b'])('stays on its host: %s', async (target) => {
      const { status, content } = await sendRaw(reach(), { target });
      if (status === 200) expect(content.toString()).toContain(`GET ${target}`);
      else expect(status).toBe(400);
    });

    test.each(['TRACE', 'CONNECT', 'TRACK', 'trace', 'get', 'post', 'Head', 'patch'])(
      'is not asked by another method than middleware has seen: %s',
      async (method) => {
        if (reach().transport !== 'HTTP/2') return;
        const client = await RawHttp2.open(reach().app);
        if (method !== 'CONNECT') client.send(headersFrame(1, fields('/x', method)));
        else
          client.send(
            headersFrame(1, [
              [':method', method],
              [':authority', 'localhost'],
            ]),
          );
        const { status, content } = await client.outcome(1);
        if (status === 200) expect(content).toBe(`${method} /x`);
        else expect(status).toBe(501);
        client.send(headersFrame(3, fields('/x', 'get'), 4), data(3, 'body', 1));
        expect((await client.outcome(3)).status).toBe(501);
        client.socket.destroy();
      },
    );
  },
  WIRES,
);
