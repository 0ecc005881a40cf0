import { writeFile } from 'node:fs/promises';

import { afterAll, describe, expect, test, vi } from 'vitest';

import { bytesOf, Folder, PROTOCOLS, serve } from './site.ts';

// A file has to rest before it is kept. Times of change can't be set, so today's date is moved instead.
vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
const folder = await Folder.of({ 'app.js': '0123456789', 'app.js.gz': 'zipped', 'docs/index.html': 'docs' });
const app = await serve(folder, { revalidate: 3_600_000, precompressed: ['gzip'] });
afterAll(async () => {
  vi.useRealTimers();
  await app.close();
  await folder[Symbol.asyncDispose]();
});

describe.each(PROTOCOLS)('over %s', (protocol) => {
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    app[protocol].request(path, { headers, method });

  test('an answer from memory equals the first one', async () => {
    for (const headers of [{}, { 'accept-encoding': 'gzip' }]) {
      const [first, second] = [await get('/app.js', headers), await get('/app.js', headers)];
      const fields = (response: Response) =>
        Object.fromEntries([...response.headers].filter(([name]) => name !== 'date'));
      expect(fields(second)).toEqual(fields(first));
      expect((await bytesOf(second)).equals(await bytesOf(first))).toBe(true);
    }
  });

  test('ranges and conditions hold for it too', async () => {
    const whole = await get('/app.js');
    const etag = whole.headers.get('etag') ?? '';
    expect(await whole.text()).toBe('0123456789');
    const part = await get('/app.js', { range: 'bytes=2-3' });
    expect([part.status, await part.text(), part.headers.get('etag')]).toEqual([206, '23', etag]);
    expect((await get('/app.js', { range: 'bytes=10-' })).status).toBe(416);
    expect((await get('/app.js', { 'if-none-match': etag })).status).toBe(304);
    expect((await get('/app.js', { 'if-match': '"x"' })).status).toBe(412);
    const head = await get('/app.js', {}, 'HEAD');
    expect(head.headers.get('content-length')).toBe('10');
    // What was a part does not change the whole.
    expect(await (await get('/app.js')).text()).toBe('0123456789');
  });

  test('index files are kept', async () => {
    expect(await (await get('/docs/')).text()).toBe('docs');
    expect(await (await get('/docs/')).text()).toBe('docs');
  });
});

test('until it is compared, the file on disk makes no difference', async () => {
  await app.http2.request('/app.js');
  await writeFile(folder.at('app.js'), 'another');
  expect(await (await app.http2.request('/app.js')).text()).toBe('0123456789');
});
