import { utimes } from 'node:fs/promises';

import { afterAll, describe, expect, test } from 'vitest';

import { Folder, PROTOCOLS, serve } from './site.ts';

const folder = await Folder.of({ 'small.txt': 'small', 'large.bin': Buffer.alloc(300_000) });
const app = await serve(folder, { cacheControl: 'max-age=60' });
afterAll(async () => {
  await app.close();
  await folder[Symbol.asyncDispose]();
});

describe.each(PROTOCOLS)('over %s', (protocol) => {
  describe.each(['small.txt', 'large.bin'])('%s', (name) => {
    const request = async (headers: Record<string, string> = {}, method = 'GET') => {
      const response = await app[protocol].request(`/${name}`, { method, headers });
      await response.arrayBuffer();
      return response;
    };

    test('304 has what a cache needs, and nothing about content', async () => {
      const whole = await request();
      const etag = whole.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]{22}"$/);
      for (const method of ['GET', 'HEAD']) {
        const response = await request({ 'if-none-match': etag }, method);
        expect(response.status).toBe(304);
        for (const header of ['etag', 'last-modified', 'cache-control']) {
          expect(response.headers.get(header)).toBe(whole.headers.get(header));
        }
        for (const header of ['content-type', 'content-length', 'content-range', 'content-encoding']) {
          expect(response.headers.get(header)).toBeNull();
        }
      }
      await expect.poll(() => folder.open()).toEqual([]);
    });

    test('the order of RFC 9110 section 13.2.2', async () => {
      const { headers } = await request({}, 'HEAD');
      const etag = headers.get('etag') ?? '';
      const modified = headers.get('last-modified') ?? '';
      const old = 'Sun, 06 Nov 1994 08:49:37 GMT';
      const statusFor = async (conditions: Record<string, string>) => (await request(conditions)).status;
      expect(await statusFor({ 'if-modified-since': modified })).toBe(304);
      expect(await statusFor({ 'if-modified-since': old })).toBe(200);
      expect(await statusFor({ 'if-unmodified-since': old })).toBe(412);
      expect(await statusFor({ 'if-match': etag, 'if-unmodified-since': old })).toBe(200);
      expect(await statusFor({ 'if-match': `W/${etag}` })).toBe(412);
      expect(await statusFor({ 'if-none-match': `W/${etag}` })).toBe(304);
      expect(await statusFor({ 'if-none-match': '"x"', 'if-modified-since': modified })).toBe(200);
      expect(await statusFor({ 'if-match': '"x"', 'if-none-match': etag })).toBe(412);
      await expect.poll(() => folder.open()).toEqual([]);
    });

    test('a client that has nothing gets everything, whatever its Cache-Control', async () => {
      const { headers } = await request();
      const etag = headers.get('etag') ?? '';
      const response = await request({ 'if-none-match': etag, 'cache-control': 'no-cache' });
      expect(response.status).toBe(304);
    });
  });
});

describe('the entity tag', () => {
  const etagOf = async (name: string) => (await app.http1.request(`/${name}`)).headers.get('etag');

  test('is another for the same content written again', async () => {
    await folder.write('a.txt', 'same');
    const before = await etagOf('a.txt');
    await utimes(folder.at('a.txt'), new Date(), new Date(Date.now() - 7_200_000));
    expect(await etagOf('a.txt')).not.toBe(before);
  });

  test('is another for another file of the same size and time', async () => {
    const past = new Date(Date.now() - 5_000_000);
    for (const name of ['b.txt', 'c.txt']) {
      await folder.write(name, name);
      await utimes(folder.at(name), past, past);
    }
    expect(await etagOf('b.txt')).not.toBe(await etagOf('c.txt'));
  });
});

test('a time in the future is not sent', async () => {
  await folder.write('future.txt', '');
  const future = new Date(Date.now() + 86_400_000);
  await utimes(folder.at('future.txt'), future, future);
  const { headers } = await app.http1.request('/future.txt');
  expect(Date.parse(headers.get('last-modified') ?? '')).toBeLessThanOrEqual(Date.now());
});
