import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';

import { createApp } from '@blaizejs/app';
import { startTestServer, type TestServer } from '@blaizejs/testing';

import { openApi, type OpenApiDocument, type OpenApiOptions } from '../src/index.ts';
import { INFO } from './describe.ts';

async function start(options: Partial<OpenApiOptions> = {}): Promise<TestServer> {
  const app = await startTestServer({ plugins: [openApi({ info: INFO, ...options })] });
  onTestFinished(() => app.close());
  app.server.router.addRoute('GET', '/users', {
    schema: { response: z.array(z.string()) },
    handler: () => [],
  });
  return app;
}

test('the document is served over both protocols, and lists neither itself nor the page', async () => {
  const app = await start({ docs: '/docs' });
  for (const client of [app.http1, app.http2]) {
    const response = await client.request('/openapi.json');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const document = (await response.json()) as OpenApiDocument;
    expect(document).toMatchObject({ openapi: '3.1.0', info: INFO });
    expect(Object.keys(document.paths)).toEqual(['/users']);
  }
});

test('a client that has it gets 304, until routes have changed', async () => {
  const app = await start({ path: '/api/openapi.json' });
  const first = await app.http2.request('/api/openapi.json');
  const etag = first.headers.get('etag')!;
  expect(etag).toMatch(/^"[\w+/]{24}"$/);
  const again = await app.http2.request('/api/openapi.json', {
    headers: { 'if-none-match': `"other", W/${etag}` },
  });
  expect([again.status, await again.text()]).toEqual([304, '']);

  app.server.router.addRoute('POST', '/users', { handler: () => undefined });
  const changed = await app.http2.request('/api/openapi.json', { headers: { 'if-none-match': etag } });
  expect(changed.status).toBe(200);
  expect(Object.keys(((await changed.json()) as OpenApiDocument).paths['/users']!)).toEqual(['get', 'post']);
  expect(changed.headers.get('etag')).not.toBe(etag);

  app.server.use({
    name: 'user',
    onRequest: () => undefined,
    security: { bearer: { type: 'http', scheme: 'bearer' } },
  });
  const secured = (await (await app.http2.request('/api/openapi.json')).json()) as OpenApiDocument;
  expect(secured.paths['/users']?.get?.security).toEqual([{ bearer: [] }]);
});

test('what is wrong is the answer in development, and a warning in production', async () => {
  const examples = { response: { 200: { wrong: 1 } } };
  const route = { schema: { response: z.string() }, docs: { examples }, handler: () => 'a' };
  const app = await start();
  app.server.router.addRoute('GET', '/wrong', route);
  const refused = await app.http2.request('/openapi.json');
  expect(refused.status).toBe(500);
  expect(JSON.stringify(await refused.json())).toContain('GET /wrong: the example');

  vi.stubEnv('NODE_ENV', 'production');
  onTestFinished(() => void vi.unstubAllEnvs());
  const production = await start();
  production.server.router.addRoute('GET', '/wrong', route);
  expect((await production.http2.request('/openapi.json')).status).toBe(200);
});

// The host of a URL may have a semicolon.
const SERVERS = ['https://api.example.com/v1', '/', 'https://a;script-src-elem'].map((url) => ({ url }));

test('the page has a policy of its own and loads only from here', async () => {
  const app = await start({ docs: '/docs', servers: SERVERS });
  const page = await app.http2.request('/docs');
  const html = await page.text();
  const [, nonce = ''] = /nonce="([^"]+)"/.exec(html) ?? [];
  expect(page.headers.get('content-security-policy')).toBe(
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src 'self' data:; ` +
      "connect-src 'self' https://api.example.com; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(html).not.toMatch(/https?:\/\/|<script(?![^>]* src=)|<style|\son\w+=/);
  expect(await (await app.http2.request('/docs')).text()).not.toContain(nonce);
  for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js', 'start.js']) {
    expect(html).toContain(`"docs/${name}"`);
    const file = await app.http2.request(`/docs/${name}`);
    expect([name, file.status]).toEqual([name, 200]);
    await file.arrayBuffer();
    const headers = { 'if-none-match': file.headers.get('etag')! };
    expect((await app.http2.request(`/docs/${name}`, { headers })).status).toBe(304);
  }
});

test('a title cannot write markup', async () => {
  const app = await start({ docs: '/docs', info: { title: '</title><script>"x"', version: '1' } });
  expect(await (await app.http2.request('/docs')).text()).toContain(
    '<title>&lt;/title>&lt;script>&quot;x&quot;</title>',
  );
});

test('there is no page in production unless it is asked for', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect((await (await start({ docs: '/docs' })).http2.request('/docs')).status).toBe(404);
  const shown = await start({ docs: { path: '/docs', production: true } });
  expect((await shown.http2.request('/docs')).status).toBe(200);
  expect((await (await start({ docs: { path: '/docs' } })).http2.request('/docs')).status).toBe(404);
  expect((await (await start({ docs: false })).http2.request('/openapi.json')).status).toBe(200);
});

test('the mode of the app decides, not NODE_ENV', async () => {
  const statusIn = async (mode: 'development' | 'production'): Promise<number> => {
    const plugins = [openApi({ info: INFO, docs: '/docs' })];
    const app = createApp({ mode, logger: false, plugins });
    const { status } = await app.fetch(new Request('http://localhost/docs'));
    await app.close();
    return status;
  };
  expect([await statusIn('production'), await statusIn('development')]).toEqual([404, 200]);
  vi.stubEnv('NODE_ENV', 'production');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await statusIn('development')).toBe(200);
});

test('middleware guards the document and the page', async () => {
  const guard = (): Response => new Response('no', { status: 401 });
  const app = await start({ docs: '/docs', middleware: [guard] });
  for (const path of ['/openapi.json', '/docs', '/docs/start.js']) {
    expect([path, (await app.http2.request(path)).status]).toEqual([path, 401]);
  }
});

test.each([
  [{ info: INFO, doc: '/docs' }, /doc: .*Did you mean `docs`\?/s],
  [{ info: INFO, path: 'openapi.json' }, /path: expected a path such as \/openapi\.json/],
  [{ info: INFO, docs: '/docs/:id' }, /docs: expected a path/],
  [{ info: INFO, docs: { path: 1 } }, /docs\.path: expected a path/],
  [
    { info: INFO, docs: { path: '/docs', in: 'production' } },
    /docs\.in: expected one of the options path, production/,
  ],
  [{ info: INFO, docs: '/openapi.json' }, /docs: expected another path than that of the document/],
  [{ info: INFO, path: '/api', docs: { path: '/api' } }, /docs: expected another path than that of the/],
  [{ info: { title: 'T' } }, /info: expected an object with title and version/],
])('options that cannot be used (case %#)', (options, message) => {
  expect(() => openApi(options as never)).toThrow(message);
});
