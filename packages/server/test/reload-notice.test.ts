import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';

import { createMiddleware } from '@blaizejs/middleware';
import { inject } from '@blaizejs/testing';
import type { Logger, Server } from '@blaizejs/types';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createServer } from '../src/index.ts';

const PAGE =
  '<!doctype html><html><head><title>Home</title></head><body class="x"><h1>Hällo</h1></body></html>';
const HOSTILE = '</ul><script>alert(1)</script>\u202e "quoted" ü';

let directory: string;
let server: Server;
let lines: string[];

beforeEach(async () => {
  vi.stubEnv('NODE_ENV', 'development');
  directory = await mkdtemp(path.join(tmpdir(), 'blaize-notice-'));
  await writeFile(path.join(directory, 'a.mjs'), `export const GET = () => 'good';`);
  lines = [];
  const log = (_: unknown, message?: string): void => void lines.push(message ?? String(_));
  const logger = { info: log, warn: log, error: log, debug: log, child: () => logger } as unknown as Logger;
  const tag = createMiddleware({
    name: 'tag',
    onSend: ({ response }) => {
      const payload = response.payload();
      if (typeof payload === 'string') response.header('x-length', String(Buffer.byteLength(payload)));
    },
  });
  server = createServer({
    routesDir: directory,
    logger,
    watch: true,
    http2: { enabled: false },
    middleware: [tag],
  });
  server.router.addRoute('GET', '/page', {
    handler: ({ response }) => response.html(PAGE).header('etag', '"1"'),
  });
  server.router.addRoute('GET', '/bytes', {
    handler: ({ response }) => response.type('text/html; charset=latin1').send(Buffer.from(PAGE, 'latin1')),
  });
  const answers: Record<string, () => unknown> = {
    '/part': () => new Response('<li>x</li>', { headers: { 'content-type': 'text/html' } }),
    '/json': () => ({ a: 1 }),
    '/zipped': () =>
      new Response('zipped <body>', { headers: { 'content-type': 'text/html', 'content-encoding': 'br' } }),
  };
  for (const [pattern, handler] of Object.entries(answers)) {
    server.router.addRoute('GET', pattern, { handler });
  }
  server.router.addRoute('GET', '/stream', {
    handler: ({ response }) =>
      response.type('text/html').stream(Readable.from([PAGE.slice(0, 30), PAGE.slice(30)])),
  });
  await server.ready();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(directory, { recursive: true });
});

/** Adds a broken route file, and waits until that is told. */
async function breakRoute(message = 'boom'): Promise<void> {
  const failed = new Promise((resolve) => server.events.once('error', resolve));
  // In one step: half a file is another error.
  await writeFile(path.join(directory, '.b'), `throw new Error(${JSON.stringify(message)});`);
  await rename(path.join(directory, '.b'), path.join(directory, 'b.mjs'));
  await failed;
}

async function get(
  target: string,
  headers: Record<string, string> = {},
): Promise<{ text: string; head: Headers }> {
  const response = await inject(server, target, { headers });
  return { text: await response.text(), head: response.headers };
}

test('what hot reload could not load is on pages, and in a header of everything', async () => {
  expect((await get('/page')).text).toBe(PAGE);
  expect((await get('/page')).head.has('x-blaize-reload-error')).toBe(false);

  await breakRoute();
  for (const target of ['/page', '/stream', '/bytes']) {
    const { text, head } = await get(target);
    expect(text, target).toMatch(/<body class="x"><dialog open>.*b\.mjs.*boom.*<\/dialog><h1>H/s);
    expect(head.get('x-blaize-reload-error'), target).toMatch(/^Route file .*b\.mjs did not load: .*boom$/);
    expect(head.get('cache-control'), target).toBe('no-store');
    expect(head.has('etag'), target).toBe(false);
  }
  for (const [target, body] of [
    ['/part', '<li>x</li>'],
    ['/json', '{"a":1}'],
    ['/zipped', 'zipped <body>'],
  ] as const) {
    const { text, head } = await get(target);
    expect(text).toBe(body);
    expect(head.has('x-blaize-reload-error'), target).toBe(true);
  }
  const missing = await get('/nowhere', { accept: 'text/html' });
  expect(missing.text).toContain('<dialog open>');
  expect(missing.head.get('x-blaize-reload-error')).toContain('boom');
  expect((await get('/a')).text).toBe('good');
});

test('other hooks see the page as it is sent', async () => {
  await breakRoute();
  const { text, head } = await get('/page');
  expect(text).toContain('<dialog open>');
  expect(head.get('x-length')).toBe(String(Buffer.byteLength(text)));
});

test('it is gone with the repair, which is told of in a line', async () => {
  await breakRoute();
  expect((await get('/json')).head.has('x-blaize-reload-error')).toBe(true);
  const reloaded = new Promise((resolve) => server.events.once('routes:reloaded', resolve));
  await rm(path.join(directory, 'b.mjs'));
  await writeFile(path.join(directory, 'c.mjs'), `export const GET = () => 'new';`);
  await reloaded;
  expect((await get('/c')).text).toBe('new');
  const { text, head } = await get('/page');
  expect(text).toBe(PAGE);
  expect(head.has('x-blaize-reload-error')).toBe(false);
  expect(lines).toContainEqual(expect.stringMatching(/^reloaded .*c\.mjs.*, \d+ ms$/));
});

test('it runs nothing, and needs no style that a policy could refuse', async () => {
  await breakRoute(HOSTILE);
  const { text, head } = await get('/page');
  const dialog = /<dialog open>[\s\S]*<\/dialog>/.exec(text)?.[0] ?? '';
  expect(dialog).toContain('alert(1)');
  expect([...dialog.matchAll(/<\/?([a-z]+)/g)].map(([, name]) => name)).not.toContain('script');
  expect(dialog).not.toMatch(/style|\son\w+=|href|src/);
  expect(dialog).toMatch(/^[\x20-\x7e\n]*$/);
  expect(head.get('x-blaize-reload-error')).toMatch(/^[\x20-\x7e]+$/);
});

test('production knows nothing of it, even if it watches', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  await server.close();
  server = createServer({
    routesDir: directory,
    logger: false,
    watch: true,
    http2: { enabled: false },
  });
  server.router.addRoute('GET', '/page', { handler: ({ response }) => response.html(PAGE) });
  await server.ready();
  await breakRoute();
  const { text, head } = await get('/page');
  expect(text).toBe(PAGE);
  expect(head.has('x-blaize-reload-error')).toBe(false);
});
