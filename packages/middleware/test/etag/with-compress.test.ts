import { describe, expect, test } from 'vitest';

import { compress } from '../../src/compress.ts';
import { etag } from '../../src/etag.ts';
import { CODINGS, decoded } from '../compress/decode.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';

const TEXT = 'All work and no play makes Jack a dull boy. '.repeat(50);

for (const [name, middleware] of [
  ['[compress(), etag()]', () => [compress(), etag()]],
  ['[etag(), compress()]', () => [etag(), compress()]],
] as const) {
  onEveryWay(
    name,
    () => ({ mode: 'production', logger: false, middleware: middleware() }),
    (router) => {
      router.addRoute('GET', '/text', { handler: () => TEXT });
      router.addRoute('GET', '/own', {
        handler: ({ response }) => response.header('etag', '"v1"').text(TEXT),
      });
      router.addRoute('GET', '/large', { handler: () => TEXT.repeat(50) });
    },
    (reach) => {
      const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
        reach().request(path, { method, headers });

      describe.each(CODINGS)('%s', (coding) => {
        const asks = { 'accept-encoding': coding };

        test.each(['/text', '/own'])('a copy of %s is found again', async (path) => {
          const first = await get(path, asks);
          expect(await decoded(first)).toBe(TEXT);
          const tag = first.headers.get('etag') ?? '';
          const second = await get(path, { ...asks, 'if-none-match': tag });
          expect([second.status, await second.text()]).toEqual([304, '']);
          expect(second.headers.get('etag')).toBe(tag);
          expect(second.headers.get('vary')).toBe('accept-encoding');
          for (const field of ['content-encoding', 'content-type', 'content-length']) {
            expect(second.headers.get(field)).toBeNull();
          }
          const head = await get(path, asks, 'HEAD');
          for (const field of ['etag', 'vary', 'content-encoding', 'content-length']) {
            expect(head.headers.get(field)).toBe(first.headers.get(field));
          }
        });

        test.each(['/text', '/own'])('the tag of %s is not that of the plain bytes', async (path) => {
          const plain = (await get(path)).headers.get('etag');
          const coded = (await get(path, asks)).headers.get('etag');
          expect(plain).toMatch(/^"/);
          expect(coded).not.toBe(plain);
        });

        test('no download of the plain answer goes on with it', async () => {
          const tag = (await get('/own', asks)).headers.get('etag') ?? '';
          expect((await get('/own', { 'if-match': tag })).status).toBe(412);
        });
      });

      test('a plain copy is found again, and its 304 varies too', async () => {
        const tag = (await get('/text')).headers.get('etag') ?? '';
        const response = await get('/text', { 'if-none-match': tag });
        expect([response.status, response.headers.get('etag'), response.headers.get('vary')]).toEqual([
          304,
          tag,
          'accept-encoding',
        ]);
      });

      test('a large answer has a tag if it is made before compression', async () => {
        const response = await get('/large', { 'accept-encoding': 'gzip' });
        expect(response.headers.get('etag') !== null).toBe(name === '[compress(), etag()]');
        expect((await decoded(response)).length).toBe(TEXT.length * 50);
      });
    },
  );
}
