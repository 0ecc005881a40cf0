import { Readable } from 'node:stream';

import { RequestContext, silentLogger, WebExchange } from '@blaizejs/context/internal';
import type { Exchange } from '@blaizejs/types/internal';
import { describe, expect, test } from 'vitest';

import { createApp } from './create-app.ts';
import { createMount, type FetchHandler } from './mount.ts';

const ok: FetchHandler = () => new Response('ok');

describe('a prefix', () => {
  test.each([
    '',
    'api',
    'api/',
    '/a?b',
    '/a#b',
    '/:id',
    '/a/*',
    '/{a}',
    '/[a]',
    '/<a>',
    'https://x/',
    undefined,
    7,
  ])('%j is none', (prefix) => {
    expect(() => createMount(prefix as string, ok)).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_ROUTE',
        message: expect.stringMatching(
          /^mount\(\): a prefix begins with "\/" and has no parameters, unlike /,
        ) as string,
      }),
    );
  });

  test.each([
    ['//', 'has an empty segment ("//"); write one "/"'],
    ['/a//b', 'has an empty segment ("//"); write one "/"'],
    ['/a/../b', 'has the segment ".."; requests with one are refused, so it would never match'],
    ['/./a', 'has the segment "."'],
    ['/a\\b', 'has a "\\"; write "/"'],
    ['/a ', 'has white space at its start or end'],
    ['/a%20b', 'paths are compared decoded: write " "'],
  ])('%j would never match', (prefix, problem) => {
    expect(() => createMount(prefix, ok)).toThrow(`mount(): the prefix ${JSON.stringify(prefix)} has`);
    expect(() => createMount(prefix, ok)).toThrow(problem);
  });

  test('needs a function', () => {
    expect(() => createMount('/a', {} as never)).toThrow('mount(): /a needs a function');
  });

  test.each([
    ['/a', '/a', true],
    ['/a', '/a/', true],
    ['/a', '/a/b?c', true],
    ['/a', '/a?b', true],
    ['/a/', '/a', true],
    ['/a', '/ab', false],
    ['/a', '/', false],
    ['/a', '/A', false],
    ['/a', '/b/a', false],
    ['/', '/', true],
    ['/', '/x', true],
    ['/', '*', false],
    ['/a/b', '/a', false],
    ['/a b', '/a%20b/c', true],
    ['/café/', '/caf%C3%A9?x', true],
    ['/café', '/caf%C3%A9s', false],
    ['/a|b', '/a|b', true],
  ])('%s covers %s: %s', (prefix, target, covers) => {
    expect(createMount(prefix, ok).covers(target)).toBe(covers);
  });

  test('is the pattern in logs and metrics', () => {
    expect(createMount('/admin/', ok).info).toMatchObject({ method: '*', pattern: '/admin/*', params: [] });
  });
});

describe('in an app', () => {
  test('routes go first, then the longest prefix', async () => {
    const app = createApp({ logger: false })
      .mount('/', () => new Response('all'))
      .mount('/a', () => new Response('a'))
      .mount('/a/b', () => new Response('ab'));
    app.router.addRoute('GET', '/a/b/own', { handler: () => 'route' });
    const textOf = async (path: string) => (await app.fetch(new Request(`http://x${path}`))).text();
    expect(await Promise.all(['/a/b/own', '/a/b/c', '/a/c', '/ab', '/'].map(textOf))).toEqual([
      'route',
      'ab',
      'a',
      'all',
      'all',
    ]);
  });

  test('gets the request as it is, and answers with all that its Response has', async () => {
    let given: Request | undefined;
    const app = createApp({ logger: false }).mount('/a', async (request) => {
      given = request;
      const headers = new Headers({ 'x-body': await request.text() });
      headers.append('set-cookie', 'a=1');
      headers.append('set-cookie', 'b=2');
      return new Response(null, { status: 204, headers });
    });
    const request = new Request('http://x/a/b?c=1', { method: 'POST', body: 'sent' });
    const response = await app.fetch(request);
    expect(given).toBe(request);
    expect(response.status).toBe(204);
    expect(response.headers.get('x-body')).toBe('sent');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  test('another app fits, with its own 404; middleware and hooks run around it', async () => {
    const inner = createApp({ logger: false });
    inner.router.addRoute('GET', '/inner/x', { handler: () => 'inner' });
    const seen: unknown[] = [];
    const app = createApp({
      logger: false,
      middleware: [
        {
          name: 'outer',
          onRequest: (ctx) => void seen.push(ctx.route?.pattern),
          onSend: ({ response }) => void response.header('x-outer', response.statusCode),
        },
      ],
    }).mount('/inner', inner.fetch);
    const found = await app.fetch(new Request('http://x/inner/x'));
    const missing = await app.fetch(new Request('http://x/inner/y'));
    expect([await found.text(), found.headers.get('x-outer')]).toEqual(['inner', '200']);
    expect([missing.status, missing.headers.get('x-outer')]).toEqual([404, '404']);
    expect(missing.headers.get('content-type')).toBe('application/problem+json');
    expect(seen).toEqual(['/inner/*', '/inner/*']);
  });

  test('one that throws is a 500 like any other', async () => {
    const app = createApp({ logger: false, mode: 'production' }).mount('/a', () => {
      throw new Error('secret');
    });
    const response = await app.fetch(new Request('http://x/a'));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  });
});

describe('over a socket', () => {
  function contextOver(parts: Partial<Exchange>): RequestContext {
    const exchange = Object.defineProperties(
      new WebExchange(new Request('http://x/a?b=1')),
      Object.getOwnPropertyDescriptors({ rawRequest: {} as never, ...parts }),
    );
    return new RequestContext(exchange, { bodyLimit: 10, services: {}, log: silentLogger });
  }

  test('a request is made of what came', async () => {
    const requests: [Request, string][] = [];
    const mount = createMount('/a', async (request) => {
      requests.push([request, await request.text()]);
      return new Response('ok');
    });
    await mount.serve(contextOver({ headers: { 'x-a': '1' } }));
    const body = () => Readable.from([Buffer.from('sent')]);
    await mount.serve(contextOver({ method: 'POST', hasBody: true, body }));
    // GET has no body in the Fetch Standard.
    await mount.serve(contextOver({ method: 'GET', hasBody: true, body }));
    expect(requests.map(([{ method, url }, text]) => [method, url, text])).toEqual([
      ['GET', 'http://x/a?b=1', ''],
      ['POST', 'http://x/a?b=1', 'sent'],
      ['GET', 'http://x/a?b=1', ''],
    ]);
    expect(requests[0]?.[0].headers.get('x-a')).toBe('1');
  });

  test.each(['CONNECT', 'TRACE'])('%s, which the Fetch Standard forbids, is a 501', async (method) => {
    await expect(createMount('/a', ok).serve(contextOver({ method }))).rejects.toMatchObject({ status: 501 });
  });
});
