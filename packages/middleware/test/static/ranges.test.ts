import { afterAll, describe, expect, test } from 'vitest';

import { bytesOf, Folder, PROTOCOLS, serve } from './site.ts';

// Small files are answered from memory, large ones from an open file.
const FILES: Readonly<Record<string, Buffer>> = {
  'small.txt': Buffer.from('0123456789'),
  'large.bin': Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251)),
};
const folder = await Folder.of({ ...FILES, 'empty.txt': '' });
const app = await serve(folder);
afterAll(async () => {
  await app.close();
  await folder[Symbol.asyncDispose]();
});

describe.each(PROTOCOLS)('over %s', (protocol) => {
  const request = (name: string, headers: Record<string, string> = {}, method = 'GET') =>
    app[protocol].request(`/${name}`, { method, headers });

  describe.each(Object.entries(FILES))('%s', (name, content) => {
    const size = content.length;

    test.each<[string, string, number, number]>([
      ['the first byte', 'bytes=0-0', 0, 0],
      ['some bytes', 'bytes=2-5', 2, 5],
      ['all from there', 'bytes=2-', 2, size - 1],
      ['the last bytes', 'bytes=-3', size - 3, size - 1],
      ['more last bytes than there are', 'bytes=-500000', 0, size - 1],
      ['an end beyond the file', `bytes=5-${'9'.repeat(400)}`, 5, size - 1],
      ['a unit in capitals', 'BYTES=1-2', 1, 2],
      ['an empty member', 'bytes=1-2,', 1, 2],
      ['one of two parts that is in the file', 'bytes=1-2, 999999-', 1, 2],
    ])('%s', async (_, range, start, end) => {
      const whole = await request(name);
      const part = await request(name, { range });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes ${start}-${end}/${size}`);
      expect(part.headers.get('content-length')).toBe(String(end - start + 1));
      expect(part.headers.get('etag')).toBe(whole.headers.get('etag'));
      expect(part.headers.get('content-type')).toBe(whole.headers.get('content-type'));
      expect((await bytesOf(part)).equals(content.subarray(start, end + 1))).toBe(true);
      expect((await bytesOf(whole)).equals(content)).toBe(true);
    });

    test.each([
      ['two parts', 'bytes=0-1,3-4'],
      ['overlapping parts', 'bytes=0-,0-,0-'],
      ['an end before the start', 'bytes=5-2'],
      ['nothing', 'bytes='],
      ['no numbers', 'bytes=-'],
      ['letters', 'bytes=a-b'],
      ['three numbers', 'bytes=0-1-2'],
      ['hexadecimal', 'bytes=0x1-2'],
      ['no equals sign', 'bytes'],
      ['another unit', 'lines=0-1'],
      ['a thousand parts', `bytes=${Array.from({ length: 1000 }, (_, i) => `${i}-${i}`).join(',')}`],
      ['thousands of empty members', `bytes=1-2${','.repeat(5000)}`],
    ])('%s: the whole file', async (_, range) => {
      const response = await request(name, { range });
      expect([response.status, response.headers.get('content-range')]).toEqual([200, null]);
      expect((await bytesOf(response)).equals(content)).toBe(true);
    });

    test.each([
      ['behind the end', `bytes=${size}-`],
      ['the last no bytes', 'bytes=-0'],
      ['two parts outside', 'bytes=999999-1000000, 999999-'],
    ])('%s: 416', async (_, range) => {
      const response = await request(name, { range });
      expect(response.status).toBe(416);
      expect(response.headers.get('content-range')).toBe(`bytes */${size}`);
      expect(response.headers.get('etag')).toBeNull();
      expect(await response.json()).toMatchObject({ code: 'ERR_BLAIZE_RANGE_NOT_SATISFIABLE' });
      await expect.poll(() => folder.open()).toEqual([]);
    });

    test('If-Range', async () => {
      const { headers } = await request(name, {}, 'HEAD');
      const etag = headers.get('etag') ?? '';
      const modified = headers.get('last-modified') ?? '';
      const later = new Date(Date.parse(modified) + 1000).toUTCString();
      const statusFor = async (ifRange: string) => {
        const response = await request(name, { range: 'bytes=0-1', 'if-range': ifRange });
        await response.arrayBuffer();
        return response.status;
      };
      expect(await statusFor(etag)).toBe(206);
      expect(await statusFor(`W/${etag}`)).toBe(200);
      expect(await statusFor(`"x${etag.slice(1)}`)).toBe(200);
      expect(await statusFor(modified)).toBe(206);
      // Exact: neither an older nor a newer date will do.
      expect(await statusFor(later)).toBe(200);
      expect(await statusFor('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(200);
    });

    test('a condition that fails comes first', async () => {
      const { headers } = await request(name, {}, 'HEAD');
      const etag = headers.get('etag') ?? '';
      expect((await request(name, { range: 'bytes=0-1', 'if-none-match': etag })).status).toBe(304);
      expect((await request(name, { range: 'bytes=0-1', 'if-match': '"x"' })).status).toBe(412);
    });
  });

  test('HEAD has no ranges', async () => {
    const response = await request('small.txt', { range: 'bytes=0-1' }, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '10']);
  });

  test('an empty file has no parts', async () => {
    for (const range of ['bytes=0-', 'bytes=-5']) {
      const response = await request('empty.txt', { range });
      expect([response.status, await response.text()]).toEqual([200, '']);
    }
  });
});
