import { rm, symlink } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { afterAll, describe, expect, test } from 'vitest';

import { bytesOf, Folder, PROTOCOLS, serve } from './site.ts';

const SCRIPT = 'export const answer = 42;\n'.repeat(100);
const large = Buffer.alloc(200_000, 'large');
const folder = await Folder.of({
  'app.js': SCRIPT,
  'app.js.br': brotliCompressSync(SCRIPT),
  'app.js.gz': gzipSync(SCRIPT),
  // What it holds does not matter here.
  'app.js.zst': 'zstd',
  'only.js': SCRIPT,
  'alone.js.gz': gzipSync(SCRIPT),
  'large.js': large,
  'large.js.gz': large,
});
const app = await serve(folder, { precompressed: true });
afterAll(async () => {
  await app.close();
  await folder[Symbol.asyncDispose]();
});

describe.each(PROTOCOLS)('over %s', (protocol) => {
  const request = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    app[protocol].request(path, { method, headers });

  test.each<[string | undefined, string | null]>([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['gzip, br;q=0', 'gzip'],
    ['gzip;q=0.8, br;q=0.5, zstd;q=0.9', 'zstd'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['*', 'br'],
    ['*;q=0.1, br;q=0', 'zstd'],
    ['identity, br;q=0.5', null],
    ['identity;q=0.5, br;q=0.4, gzip;q=0.5', 'gzip'],
    ['br;q=2', null],
    ['deflate', null],
    ['', null],
    ['*;q=0', null],
    ['identity;q=0', null],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
  ])('Accept-Encoding %j: %s', async (accept, coding) => {
    const response = await request('/app.js', { 'accept-encoding': accept ?? '' });
    expect(response.headers.get('content-encoding')).toBe(coding);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('vary')).toBe('accept-encoding');
    await response.arrayBuffer();
  });

  test('bytes are those of the compressed file, with a tag of its own; HEAD is the same', async () => {
    const plain = await request('/app.js');
    const zipped = await request('/app.js', { 'accept-encoding': 'gzip' });
    const head = await request('/app.js', { 'accept-encoding': 'gzip' }, 'HEAD');
    expect((await bytesOf(zipped)).equals(gzipSync(SCRIPT))).toBe(true);
    expect(await plain.text()).toBe(SCRIPT);
    expect(zipped.headers.get('etag')).not.toBe(plain.headers.get('etag'));
    const without = (headers: Headers) => {
      headers.delete('date');
      return Object.fromEntries(headers);
    };
    expect(without(head.headers)).toEqual(without(zipped.headers));
  });

  test('304 is for the compressed file, and varies', async () => {
    const headers = { 'accept-encoding': 'br' };
    const etag = (await request('/app.js', headers)).headers.get('etag') ?? '';
    const response = await request('/app.js', { ...headers, 'if-none-match': etag });
    expect([response.status, response.headers.get('vary')]).toEqual([304, 'accept-encoding']);
    expect(response.headers.get('content-encoding')).toBeNull();
    expect((await request('/app.js', { 'if-none-match': etag })).status).toBe(200);
  });

  test('a range is one of the compressed file', async () => {
    const response = await request('/app.js', { 'accept-encoding': 'gzip', range: 'bytes=0-1' });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect((await bytesOf(response)).equals(gzipSync(SCRIPT).subarray(0, 2))).toBe(true);
  });

  test('without a compressed file, the original varies too', async () => {
    for (let i = 0; i < 2; i++) {
      const response = await request('/only.js', { 'accept-encoding': 'br' });
      expect([response.status, response.headers.get('vary')]).toEqual([200, 'accept-encoding']);
      expect(response.headers.get('content-encoding')).toBeNull();
      await response.arrayBuffer();
    }
  });

  test('a compressed file has no original: 404; by its own name it is an archive', async () => {
    expect((await request('/alone.js', { 'accept-encoding': 'gzip' })).status).toBe(404);
    const archive = await request('/alone.js.gz', { 'accept-encoding': 'gzip' });
    expect(archive.headers.get('content-type')).toBe('application/gzip');
    expect(archive.headers.get('content-encoding')).toBeNull();
    await archive.arrayBuffer();
  });

  test('large files too; the original is closed', async () => {
    const response = await request('/large.js', { 'accept-encoding': 'gzip' });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect((await bytesOf(response)).equals(large)).toBe(true);
    await expect.poll(() => folder.open()).toEqual([]);
  });
});

test('a compressed file that is a link out of the folder is not sent', async () => {
  await using other = await Folder.of({ secret: 'secret' });
  await symlink(other.at('secret'), folder.at('only.js.zst'));
  const response = await app.http1.request('/only.js', { headers: { 'accept-encoding': 'zstd' } });
  expect(await response.text()).toBe(SCRIPT);
  await rm(folder.at('only.js.zst'));
});

test('is off by default, and takes a list of codings', async () => {
  await using off = await serve(folder);
  const plain = await off.http1.request('/app.js', { headers: { 'accept-encoding': 'br' } });
  expect([plain.headers.get('content-encoding'), plain.headers.get('vary')]).toEqual([null, null]);
  await using some = await serve(folder, { precompressed: ['gzip'] });
  const zipped = await some.http1.request('/app.js', { headers: { 'accept-encoding': 'br, gzip' } });
  expect(zipped.headers.get('content-encoding')).toBe('gzip');
  await Promise.all([plain.arrayBuffer(), zipped.arrayBuffer()]);
});
