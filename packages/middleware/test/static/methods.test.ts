import { createMiddleware } from '../../src/index.ts';
import { startTestServer } from '@blaizejs/testing';
import { afterAll, describe, expect, test } from 'vitest';

import { serveStatic } from '../../src/static.ts';
import { Folder, PROTOCOLS, serve } from './site.ts';

const folder = await Folder.of({
  'a.txt': 'content',
  'large.bin': Buffer.alloc(300_000, 'x'),
  users: 'a file',
  'robots.txt': 'robots',
});
const app = await serve(folder);
app.server.router.addRoute('POST', '/a.txt', { handler: () => 'posted' });
app.server.router.addRoute('GET', '/users', { handler: () => 'a route' });
app.server.router.addRoute('GET', '/rest/*', { handler: () => 'the rest' });
app.server.mount('/mounted', () => new Response('a mount'));
afterAll(async () => {
  await app.close();
  await folder[Symbol.asyncDispose]();
});

describe.each(PROTOCOLS)('over %s', (protocol) => {
  const request = (path: string, method = 'GET', headers: Record<string, string> = {}) =>
    app[protocol].request(path, { method, headers });

  test.each(['/a.txt', '/large.bin'])('HEAD of %s equals GET', async (path) => {
    const [get, head] = [await request(path), await request(path, 'HEAD')];
    expect(await head.text()).toBe('');
    const fields = (response: Response) =>
      Object.fromEntries([...response.headers].filter(([name]) => name !== 'date'));
    expect(fields(head)).toEqual(fields(get));
    expect(Number(head.headers.get('content-length'))).toBe((await get.arrayBuffer()).byteLength);
    await expect.poll(() => folder.open()).toEqual([]);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s of a file is 405', async (method) => {
    const response = await request('/robots.txt', method);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('Allow has the methods of routes too; these work', async () => {
    const response = await request('/a.txt', 'DELETE');
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')?.split(', ')).toEqual(
      expect.arrayContaining(['GET', 'HEAD', 'POST']),
    );
    expect(await (await request('/a.txt', 'POST')).text()).toBe('posted');
    expect(await (await request('/a.txt')).text()).toBe('content');
  });

  test('without a file, errors are as ever', async () => {
    expect((await request('/missing', 'POST')).status).toBe(404);
    expect((await request('/missing')).status).toBe(404);
    expect((await request('/a.txt', 'BREW')).status).toBe(501);
  });

  test('a route or mount comes before a file', async () => {
    expect(await (await request('/users')).text()).toBe('a route');
    expect(await (await request('/mounted/x')).text()).toBe('a mount');
  });

  test('a file comes before a route with a wildcard', async () => {
    await folder.write('rest/b.txt', 'a file');
    expect(await (await request('/rest/b.txt')).text()).toBe('a file');
    expect(await (await request('/rest/c.txt')).text()).toBe('the rest');
  });

  test('as the middleware of a route', async () => {
    await using site = await startTestServer();
    site.server.router.addRoute('GET', '/files/*', {
      middleware: [serveStatic({ root: folder.path, prefix: '/files' })],
      handler: () => 'none',
    });
    expect(await (await site[protocol].request('/files/a.txt')).text()).toBe('content');
    expect(await (await site[protocol].request('/files/x')).text()).toBe('none');
    expect((await site[protocol].request('/a.txt')).status).toBe(404);
  });

  test('hooks see the answer, and middleware before it may refuse', async () => {
    const seen: unknown[] = [];
    const outer = createMiddleware({
      name: 'outer',
      onRequest: (ctx) => {
        if (ctx.request.header('x-stop')) return new Response('stopped', { status: 403 });
        ctx.response.header('cache-control', 'private');
        ctx.response.header('vary', 'origin');
      },
      onSend: ({ response }) => {
        seen.push(response.statusCode, response.get('content-length'));
        response.header('x-content-type-options', 'nosniff');
      },
    });
    await using site = await serve(folder, { precompressed: true }, { middleware: [outer] });
    for (const path of ['/a.txt', '/large.bin']) {
      const response = await site[protocol].request(path);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      // What was set before stays.
      expect(response.headers.get('cache-control')).toBe('private');
      expect(response.headers.get('vary')).toBe('origin, accept-encoding');
      await response.arrayBuffer();
    }
    expect(seen).toEqual([200, '7', 200, '300000']);
    expect((await site[protocol].request('/a.txt', { headers: { 'x-stop': '1' } })).status).toBe(403);
  });
});

test('in process', async () => {
  const response = await app.server.fetch(new Request('http://localhost/a.txt'));
  expect(await response.text()).toBe('content');
  const large = await app.server.fetch(new Request('http://localhost/large.bin'));
  expect((await large.arrayBuffer()).byteLength).toBe(300_000);
});

test('is named in the list of middleware', () => {
  expect(serveStatic({ root: folder.path }).name).toBe('serveStatic');
});
