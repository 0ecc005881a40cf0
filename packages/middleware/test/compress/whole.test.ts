import { Readable } from 'node:stream';

import { BadRequestError } from '@blaizejs/errors';
import { describe, expect, test } from 'vitest';

import { compress } from '../../src/compress.ts';
import { createMiddleware } from '../../src/create-middleware.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';
import { CODINGS, decoded } from './decode.ts';

const TEXT = 'All work and no play makes Jack a dull boy. '.repeat(50);
const LARGE = Array.from({ length: 20_000 }, (_, i) => ((i * 48_271) % 65_521).toString(36)).join(' ');

const outer = createMiddleware({
  name: 'outer',
  onSend: ({ response }) => void response.header('x-outer', '1'),
});

onEveryWay(
  'compress()',
  () => ({ mode: 'production', logger: false, middleware: [outer, compress()] }),
  (router) => {
    router.addRoute('GET', '/json', { handler: () => ({ text: TEXT }) });
    router.addRoute('GET', '/bytes', {
      handler: ({ response }) => response.type('text/plain').send(Buffer.from(TEXT)),
    });
    router.addRoute('GET', '/large', { handler: () => LARGE });
    router.addRoute('GET', '/stream', {
      handler: ({ response }) => response.type('text/plain').stream(Readable.from([TEXT, TEXT])),
    });
    router.addRoute('GET', '/blob', { handler: () => new Blob([TEXT], { type: 'text/css' }) });
    router.addRoute('GET', '/small', { handler: () => ({ a: 1 }) });
    router.addRoute('GET', '/noise', {
      handler: ({ response }) => {
        const noise = Buffer.from(Array.from({ length: 2000 }, (_, i) => (i * i * 7919 + i) >> 3));
        return response.type('text/plain').send(crypto.getRandomValues(noise));
      },
    });
    router.addRoute('GET', '/image', {
      handler: ({ response }) => response.type('image/png').send(Buffer.from(TEXT)),
    });
    router.addRoute('GET', '/untyped', { handler: () => Buffer.from(TEXT) });
    router.addRoute('GET', '/bad', {
      handler: () => {
        throw new BadRequestError(TEXT);
      },
    });
    router.addRoute('GET', '/tagged', {
      handler: ({ response }) => response.header('etag', '"v1"').header('accept-ranges', 'bytes').text(TEXT),
    });
    router.addRoute('GET', '/weak', {
      handler: ({ response }) => response.header('etag', 'W/"v1"').text(TEXT),
    });
    router.addRoute('GET', '/unquoted', {
      handler: ({ response }) => response.header('etag', 'v1').text(TEXT),
    });
    router.addRoute('GET', '/varies', {
      handler: ({ response }) => response.header('vary', 'Origin, ACCEPT-ENCODING').text(TEXT),
    });
    router.addRoute('GET', '/part', {
      handler: ({ response }) =>
        response
          .status(206)
          .header('content-range', `bytes 0-${TEXT.length - 1}/${TEXT.length + 1}`)
          .text(TEXT),
    });
    router.addRoute('GET', '/no-transform', {
      handler: ({ response }) => response.header('cache-control', 'public, no-transform').text(TEXT),
    });
    router.addRoute('GET', '/coded', {
      handler: ({ response }) => response.header('content-encoding', 'x-own').text(TEXT),
    });
    router.addRoute('GET', '/digest', {
      handler: ({ response }) => response.header('content-digest', 'sha-256=:AAAA:').text(TEXT),
    });
    for (const status of [204, 205, 304]) {
      router.addRoute('GET', `/${status}`, {
        handler: ({ response }) => response.header('etag', '"v1"').text(TEXT).status(status),
      });
    }
    router.addRoute('HEAD', '/own-head', {
      handler: ({ response }) => response.status(200).type('text/css').header('content-length', '5000'),
    });
    router.addRoute('POST', '/json', { handler: () => ({ text: TEXT }) });
  },
  (reach) => {
    const get = (path: string, acceptEncoding?: string, init: RequestInit = {}): Promise<Response> =>
      reach().request(path, {
        method: init.method ?? 'GET',
        headers: {
          ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }),
          ...(init.headers as Record<string, string>),
        },
      });
    const codingOf = async (path: string, acceptEncoding?: string) => {
      const response = await get(path, acceptEncoding);
      return [response.status, response.headers.get('content-encoding'), response.headers.get('vary')];
    };

    describe.each(CODINGS)('%s', (coding) => {
      test.each([
        ['/json', JSON.stringify({ text: TEXT })],
        ['/bytes', TEXT],
        ['/large', LARGE],
        ['/stream', TEXT + TEXT],
        ['/blob', TEXT],
      ])('encodes %s', async (path, text) => {
        const response = await get(path, coding);
        expect(response.headers.get('content-encoding')).toBe(coding);
        expect(response.headers.get('vary')).toBe('accept-encoding');
        const length = response.headers.get('content-length');
        const bytes = new Uint8Array(await response.clone().arrayBuffer());
        expect(length === null || Number(length) === bytes.byteLength).toBe(true);
        expect(bytes.byteLength).toBeLessThan(text.length);
        expect(await decoded(response)).toBe(text);
      });

      test.each(['/json', '/bytes', '/large', '/stream', '/blob', '/small', '/image', '/tagged', '/part'])(
        'HEAD of %s has the headers of GET',
        async (path) => {
          const got = await get(path, coding);
          const head = await get(path, coding, { method: 'HEAD' });
          expect(await head.text()).toBe('');
          const fields = ({ headers }: Response) =>
            [...headers].filter(
              ([name]) => !['date', 'transfer-encoding', 'connection', 'keep-alive'].includes(name),
            );
          expect(fields(head)).toEqual(fields(got));
          await got.arrayBuffer();
        },
      );
    });

    test('HEAD without GET has no length that GET would not have', async () => {
      const plain = await get('/own-head', undefined, { method: 'HEAD' });
      expect(plain.headers.get('content-length')).toBe('5000');
      const { headers } = await get('/own-head', 'gzip', { method: 'HEAD' });
      expect([headers.get('content-encoding'), headers.get('content-length')]).toEqual(['gzip', null]);
    });

    test('encodes errors, also of requests without a route', async () => {
      for (const [path, status] of [['/bad', 400]] as const) {
        const response = await get(path, 'gzip');
        expect([response.status, response.headers.get('content-encoding')]).toEqual([status, 'gzip']);
        expect(JSON.parse(await decoded(response))).toMatchObject({ status, detail: TEXT });
      }
      const response = await get(`/nowhere-${'x'.repeat(1500)}`, 'gzip');
      expect([response.status, response.headers.get('content-encoding')]).toEqual([404, 'gzip']);
    });

    test('answers without a coding, with Vary, to a client that does not ask for one', async () => {
      expect(await codingOf('/json')).toEqual([200, null, 'accept-encoding']);
      expect(await codingOf('/json', '')).toEqual([200, null, 'accept-encoding']);
      expect(await codingOf('/json', 'identity')).toEqual([200, null, 'accept-encoding']);
      expect(await codingOf('/json', 'sdch')).toEqual([200, null, 'accept-encoding']);
    });

    test.each([
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip;q=1, br;q=0.5', 'gzip'],
      ['gzip;q=0, *', 'br'],
      ['br;q=0, zstd;q=0, gzip;q=0, *', 'deflate'],
      ['x-gzip', 'gzip'],
      ['GZIP', 'gzip'],
      ['*', 'br'],
      ['identity;q=0, gzip;q=0.001', 'gzip'],
      ['gzip;q=0.5, identity;q=0.9', null],
      ['*;q=0, identity', null],
      ['gzip;q=0', null],
      ['gzip;q=NaN', null],
      [`gzip, ${'a,'.repeat(700)}`, null],
    ])('Accept-Encoding: %s', async (acceptEncoding, coding) => {
      expect(await codingOf('/json', acceptEncoding)).toEqual([200, coding, 'accept-encoding']);
    });

    test('a header that is sent twice counts as one', async () => {
      expect(await codingOf('/json', 'br;q=0, gzip;q=0.2')).toEqual([200, 'gzip', 'accept-encoding']);
    });

    test.each(['*;q=0', 'identity;q=0', 'sdch, identity;q=0'])(
      'a client that refuses everything gets 406, unless the request changed something: %s',
      async (acceptEncoding) => {
        const response = await get('/json', acceptEncoding);
        expect([response.status, response.headers.get('vary')]).toEqual([406, 'accept-encoding']);
        // Hooks further out run for it too.
        expect(response.headers.get('x-outer')).toBe('1');
        expect(response.headers.get('content-type')).toBe('application/problem+json');
        expect(await response.json()).toMatchObject({ code: 'ERR_BLAIZE_NOT_ACCEPTABLE' });
        expect((await get('/json', acceptEncoding, { method: 'POST' })).status).toBe(200);
        expect((await get('/bad', acceptEncoding)).status).toBe(400);
        expect((await get('/204', acceptEncoding)).status).toBe(204);
      },
    );

    test('a client that refuses the answer without a coding gets it in one, whatever it is', async () => {
      expect(await codingOf('/small', 'gzip, identity;q=0')).toEqual([200, 'gzip', 'accept-encoding']);
      expect(await codingOf('/image', 'gzip, *;q=0')).toEqual([200, 'gzip', 'accept-encoding']);
      expect(await codingOf('/noise', 'gzip, *;q=0')).toEqual([200, 'gzip', 'accept-encoding']);
    });

    test.each(['/small', '/image', '/untyped', '/no-transform', '/digest'])(
      'leaves %s alone, and says nothing about it',
      async (path) => {
        expect(await codingOf(path, 'gzip')).toEqual([200, null, null]);
      },
    );

    test('leaves what has a coding', async () => {
      expect(await codingOf('/coded', 'gzip')).toEqual([200, 'x-own', null]);
    });

    test('leaves what would not get smaller', async () => {
      expect(await codingOf('/noise', 'gzip')).toEqual([200, null, 'accept-encoding']);
    });

    test('leaves a part of an answer, which varies as the whole does', async () => {
      const response = await get('/part', 'gzip');
      expect(await codingOf('/part', 'gzip')).toEqual([206, null, 'accept-encoding']);
      expect(await response.text()).toBe(TEXT);
    });

    test.each([204, 205])('leaves %s', async (status) => {
      expect(await codingOf(`/${status}`, 'gzip')).toEqual([status, null, null]);
    });

    test('a 304 keeps Vary, and has the ETag that the client has', async () => {
      const response = await get('/304', 'gzip');
      expect([response.status, response.headers.get('vary')]).toEqual([304, 'accept-encoding']);
      expect(response.headers.get('content-encoding')).toBeNull();
      expect(response.headers.get('etag')).toBe('"v1"');
      const weak = await get('/304', 'gzip', { headers: { 'if-none-match': '"v0", W/"v1"' } });
      expect(weak.headers.get('etag')).toBe('W/"v1"');
      const strong = await get('/304', 'gzip', { headers: { 'if-none-match': '"v1"' } });
      expect(strong.headers.get('etag')).toBe('"v1"');
    });

    test('an ETag becomes weak with a coding, and only then', async () => {
      const coded = await get('/tagged', 'gzip');
      expect(coded.headers.get('etag')).toBe('W/"v1"');
      expect(coded.headers.get('accept-ranges')).toBeNull();
      const plain = await get('/tagged');
      expect(plain.headers.get('etag')).toBe('"v1"');
      expect(plain.headers.get('accept-ranges')).toBe('bytes');
      expect((await get('/weak', 'gzip')).headers.get('etag')).toBe('W/"v1"');
      expect((await get('/unquoted', 'gzip')).headers.get('etag')).toBe('v1');
    });

    test('Vary is merged', async () => {
      expect((await get('/varies', 'gzip')).headers.get('vary')).toBe('Origin, ACCEPT-ENCODING');
    });
  },
);
