import { symlink } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { sendFile } from '../../src/static.ts';
import { Folder, PROTOCOLS } from './site.ts';

const folder = await Folder.of({
  'invoice.pdf': 'an invoice',
  'sub/größe 1.txt': 'umlaut',
  'large.bin': Buffer.alloc(300_000, 'x'),
  '404.html': 'nothing here',
  '.env': 'secret',
});
let app: TestServer;
beforeAll(async () => {
  app = await startTestServer();
  const { router } = app.server;
  router.addRoute('GET', '/invoice', {
    handler: (ctx) => sendFile(ctx, folder.at('invoice.pdf'), { download: 'Rechnung "März".pdf' }),
  });
  router.addRoute('GET', '/url', {
    handler: (ctx) =>
      sendFile(ctx, pathToFileURL(folder.at('invoice.pdf')), { type: 'text/plain', download: true }),
  });
  router.addRoute('GET', '/large', { handler: (ctx) => sendFile(ctx, folder.at('large.bin')) });
  router.addRoute('GET', '/missing', { handler: (ctx) => sendFile(ctx, folder.at('missing')) });
  router.addRoute('GET', '/device', { handler: (ctx) => sendFile(ctx, '/dev/zero') });
  router.addRoute('GET', '/page', {
    handler: (ctx) => sendFile(ctx, folder.at('404.html'), { status: 404, cacheControl: 'no-store' }),
  });
  router.addRoute('GET', '/typo', {
    handler: (ctx) => sendFile(ctx, folder.at('404.html'), { donwload: true } as object),
  });
  router.addRoute('GET', '/files', {
    handler: (ctx) => sendFile(ctx, String(ctx.request.query['name'] ?? ''), { root: folder.path }),
  });
});
afterAll(async () => {
  await app.close();
  await folder[Symbol.asyncDispose]();
});

describe.each(PROTOCOLS)('over %s', (protocol) => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    app[protocol].request(path, { headers });

  test('sends a file to be saved, under a name', async () => {
    const response = await get('/invoice');
    expect(await response.text()).toBe('an invoice');
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="Rechnung _M_rz_.pdf"; filename*=UTF-8''Rechnung%20%22M%C3%A4rz%22.pdf`,
    );
  });

  test('takes a URL and a type', async () => {
    const { headers } = await get('/url');
    expect(headers.get('content-type')).toBe('text/plain');
    expect(headers.get('content-disposition')).toBe('attachment; filename="invoice.pdf"');
  });

  test('has ranges and conditions', async () => {
    const part = await get('/large', { range: 'bytes=-2' });
    expect([part.status, await part.text()]).toEqual([206, 'xx']);
    const etag = part.headers.get('etag') ?? '';
    expect((await get('/large', { 'if-none-match': etag })).status).toBe(304);
    expect((await get('/large', { 'if-match': '"x"' })).status).toBe(412);
    await expect.poll(() => folder.open()).toEqual([]);
  });

  test('with another status, there are none', async () => {
    const response = await get('/page', { range: 'bytes=0-1', 'if-none-match': '*' });
    expect([response.status, await response.text()]).toEqual([404, 'nothing here']);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('accept-ranges')).toBeNull();
  });

  test('what is no file is 404', async () => {
    for (const path of ['/missing', '/device']) expect((await get(path)).status).toBe(404);
  });

  test('a root keeps what clients send in the folder', async () => {
    await symlink('/etc/hostname', folder.at('link')).catch(() => undefined);
    const name = (text: string) => get(`/files?name=${encodeURIComponent(text)}`);
    expect(await (await name('invoice.pdf')).text()).toBe('an invoice');
    expect(await (await name('sub/größe 1.txt')).text()).toBe('umlaut');
    for (const text of [
      '',
      '.',
      '..',
      '/',
      '../x',
      'sub/../invoice.pdf',
      '/etc/passwd',
      folder.at('invoice.pdf'),
      'sub\\größe 1.txt',
      'invoice.pdf\0',
      'invoice.pdf/',
      'sub',
      'sub/',
      '.env',
      './invoice.pdf',
      'link',
    ]) {
      expect([text, (await name(text)).status]).toEqual([text, 404]);
    }
  });

  test('a slip in an option is an error of the server', async () => {
    const response = await get('/typo');
    const { detail } = (await response.json()) as { detail: string };
    expect(response.status).toBe(500);
    expect(detail).toMatch(/sendFile\(\) have 1 problem/);
    expect(detail).toMatch(/Did you mean `download`/);
  });
});
