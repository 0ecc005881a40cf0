import { once } from 'node:events';
import { connect } from 'node:http2';

import { createPostRoute } from '@blaizejs/router';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { onEveryTransport } from './transports.ts';

const LIMIT = 1000;

onEveryTransport(
  'what a request holds',
  () => ({ bodyLimit: LIMIT }),
  ({ server }) => {
    server.router.addRoute('GET', '/files/*', { handler: (ctx) => ctx.request.params });
    server.router.addRoute('GET', '/about/:id', {
      handler: ({ request }) => ({
        method: request.method,
        path: request.path,
        url: request.url.pathname + request.url.search,
        params: request.params,
        query: request.query,
        accept: request.header('Accept'),
        custom: request.headers.get('x-custom'),
        isHttp2: request.isHttp2,
        raw: typeof request.raw,
      }),
    });
    server.router.addRoute(
      'POST',
      '/people',
      createPostRoute({
        schema: {
          query: z.object({ dry: z.stringbool().default(false) }),
          body: z.object({ name: z.string(), tags: z.array(z.string()).default([]) }),
          response: z.object({ name: z.string(), dry: z.boolean(), tags: z.array(z.string()) }),
        },
        handler: ({ request }) => ({ ...request.body, dry: request.query.dry, extra: 'not in the schema' }),
      }),
    );
    server.router.addRoute('POST', '/misfit', {
      schema: { response: z.object({ id: z.number() }) },
      handler: () => ({ id: 'the secret' as never }),
    });
    server.router.addRoute('POST', '/text', { handler: async (ctx) => ({ text: await ctx.request.text() }) });
    server.router.addRoute('POST', '/form', {
      handler: async (ctx) => [...(await ctx.request.formData())],
    });
    server.router.addRoute('POST', '/size', {
      bodyLimit: 10,
      handler: async (ctx) => ({ size: (await ctx.request.bytes()).length }),
    });
    server.router.addRoute('POST', '/stream', {
      handler: async (ctx) => {
        let size = 0;
        for await (const chunk of ctx.request.stream()) size += (chunk as Buffer).length;
        return { size };
      },
    });
    server.router.addRoute('POST', '/unread', { handler: () => 'not read' });
  },
  (reach) => {
    const post = (path: string, body: string | object, type?: string): Promise<Response> =>
      reach().request(path, { method: 'POST', body, ...(type && { headers: { 'content-type': type } }) });

    test('the handler sees method, path, params, query and header fields', async () => {
      const response = await reach().request('/about/a%2Fb?x=1&x=2&__proto__=3', {
        headers: { accept: 'application/json', 'x-custom': 'yes' },
      });
      expect(await response.json()).toEqual({
        method: 'GET',
        path: '/about/a%2Fb',
        url: '/about/a%2Fb?x=1&x=2&__proto__=3',
        params: { id: 'a/b' },
        query: JSON.parse('{"x":["1","2"],"__proto__":"3"}') as unknown,
        accept: 'application/json',
        custom: 'yes',
        isHttp2: reach().transport === 'HTTP/2',
        raw: 'object',
      });
    });

    test('a wildcard takes the rest of the path', async () => {
      const response = await reach().request('/files/a/b%20c.txt');
      expect(await response.json()).toEqual({ '*': 'a/b c.txt' });
    });

    test('schemas read the request and shape the answer', async () => {
      const response = await post('/people?dry=yes', { name: 'Ada' });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ name: 'Ada', dry: true, tags: [] });
    });

    test('a form fits a body schema too', async () => {
      const response = await post('/people', 'name=Ada+L&tags=x&tags=y', 'application/x-www-form-urlencoded');
      expect(await response.json()).toEqual({ name: 'Ada L', dry: false, tags: ['x', 'y'] });
    });

    test('what does not fit is 400 and names each field', async () => {
      const response = await post('/people?dry=maybe', { tags: ['a', 1] });
      expect(response.status).toBe(400);
      const problem = (await response.json()) as { code: string; details: { in: string; pointer: string }[] };
      expect(problem.code).toBe('ERR_BLAIZE_VALIDATION');
      expect(problem.details.map((issue) => `${issue.in}${issue.pointer}`)).toEqual([
        'query/dry',
        'body/name',
        'body/tags/1',
      ]);
    });

    test.each([
      ['broken JSON', '{"name":', 'application/json', 400],
      ['no content', '', 'application/json', 400],
      ['JSON that sets a prototype', '{"name":"x","__proto__":{"admin":true}}', 'application/json', 400],
      ['a type that is not read', '<name/>', 'application/xml', 415],
      ['another charset', '{"name":"x"}', 'application/json; charset=utf-16', 415],
      ['more than the limit', JSON.stringify({ name: 'x'.repeat(LIMIT) }), 'application/json', 413],
    ])('%s is refused', async (_name, body, type, status) => {
      const response = await post('/people', body, type);
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      await response.text();
    });

    test('an encoded body is refused', async () => {
      const response = await reach().request('/text', {
        method: 'POST',
        body: 'x',
        headers: { 'content-encoding': 'gzip' },
      });
      expect(response.status).toBe(415);
    });

    test('an answer that does not fit its schema is a 500', async () => {
      const response = await post('/misfit', '');
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain('the secret');
    });

    test('content can be read as text, form, bytes and stream', async () => {
      expect(await (await post('/text', 'häß', 'text/plain')).json()).toEqual({ text: 'häß' });
      const form = await post('/form', 'a=1&b=%26', 'application/x-www-form-urlencoded');
      expect(await form.json()).toEqual([
        ['a', '1'],
        ['b', '&'],
      ]);
      expect(await (await post('/stream', 'x'.repeat(300_000))).json()).toEqual({ size: 300_000 });
    });

    test("a route's own limit counts, to the byte", async () => {
      expect(await (await post('/size', 'x'.repeat(10))).json()).toEqual({ size: 10 });
      expect((await post('/size', 'x'.repeat(11))).status).toBe(413);
    });

    test('the limit holds for content that does not say its length', async () => {
      const body = new Blob(['x'.repeat(6), 'y'.repeat(6)]).stream();
      const response = await reach().request('/size', { method: 'POST', body });
      expect(response.status).toBe(413);
    });

    test('a refused upload ends with its answer, although the client has not ended it', async () => {
      const { transport, app } = reach();
      if (transport !== 'HTTP/2') return;
      const session = connect(app.url);
      const stream = session.request({ ':method': 'POST', ':path': '/size', 'content-type': 'text/plain' });
      stream.on('error', () => undefined);
      stream.write('x'.repeat(11));
      const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
      expect(headers[':status']).toBe(413);
      stream.resume();
      await once(stream, 'close');
      expect(stream.rstCode).toBe(0);
      session.close();
    });

    test('content that nobody reads does not stand in the way', async () => {
      for (let i = 0; i < 3; i++) {
        const response = await post('/unread', 'x'.repeat(200_000));
        expect(await response.text()).toBe('not read');
      }
    });
  },
);
