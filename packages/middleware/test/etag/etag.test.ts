import { Readable } from 'node:stream';

import { BadRequestError } from '@blaizejs/errors';
import { expect, test } from 'vitest';

import { etag } from '../../src/etag.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';
const LATER = 'Sun, 06 Nov 1994 08:49:38 GMT';
const TAG = /^"[\w-]{22}"$/;

let stream: Readable;

onEveryWay(
  'etag()',
  () => ({ mode: 'production', logger: false, middleware: [etag({ maxSize: 10_000 })] }),
  (router) => {
    let text = 'one';
    router.addRoute('GET', '/text', {
      handler: ({ response }) =>
        response
          .headers({
            'cache-control': 'max-age=60',
            'content-language': 'en',
            'content-location': '/text.en',
            'content-security-policy': "default-src 'none'",
            expires: LATER,
            vary: 'accept-language',
            'x-own': '1',
          })
          .text(text),
    });
    router.addRoute('PUT', '/text', { handler: async ({ request }) => void (text = await request.text()) });
    router.addRoute('GET', '/json', { handler: () => ({ a: 1 }) });
    router.addRoute('GET', '/bytes', { handler: () => Buffer.from('{"a":1}') });
    router.addRoute('POST', '/json', { handler: () => ({ a: 1 }) });
    router.addRoute('GET', '/created', { handler: ({ response }) => response.status(201).json({ a: 1 }) });
    router.addRoute('GET', '/none', { handler: () => undefined });
    router.addRoute('GET', '/bad', {
      handler: () => {
        throw new BadRequestError('No.');
      },
    });
    router.addRoute('GET', '/large', { handler: () => 'x'.repeat(10_001) });
    router.addRoute('GET', '/largest', { handler: () => 'x'.repeat(10_000) });
    router.addRoute('GET', '/stream', { handler: () => (stream = Readable.from(['one'])) });
    router.addRoute('GET', '/secret', {
      handler: ({ response }) => response.header('cache-control', 'no-store').json({ a: 1 }),
    });
    router.addRoute('GET', '/own', {
      handler: ({ response }) => response.header('etag', '"v1"').text('one'),
    });
    router.addRoute('GET', '/own-weak', {
      handler: ({ response }) => response.header('etag', 'W/"v1"').text('one'),
    });
    router.addRoute('GET', '/own-stream', {
      handler: ({ response }) =>
        response.header('etag', '"v1"').stream((stream = new Readable({ read: () => undefined }))),
    });
    router.addRoute('GET', '/dated', {
      handler: ({ response }) => response.header('last-modified', DATE).text('one'),
    });
    router.addRoute('GET', '/dated-stream', {
      handler: ({ response }) => response.header('last-modified', DATE).stream(Readable.from(['one'])),
    });
  },
  (reach) => {
    const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
      reach().request(path, { method, headers });
    const tagOf = async (path: string) => (await get(path)).headers.get('etag');
    const statusOf = async (path: string, headers: Record<string, string>, method?: string) =>
      (await get(path, headers, method)).status;

    test('the tag is that of the bytes', async () => {
      const tag = await tagOf('/json');
      expect(tag).toMatch(TAG);
      expect(await tagOf('/json')).toBe(tag);
      expect(await tagOf('/bytes')).toBe(tag);
      expect(await tagOf('/text')).not.toBe(tag);
      expect((await get('/json', {}, 'HEAD')).headers.get('etag')).toBe(tag);
      expect(await tagOf('/largest')).toMatch(TAG);
    });

    test.each(['/created', '/none', '/bad', '/nowhere', '/large', '/stream', '/secret', '/dated-stream'])(
      'there is none for %s',
      async (path) => {
        expect(await tagOf(path)).toBeNull();
        expect(await statusOf(path, { 'if-none-match': '"v1"' })).not.toBe(304);
      },
    );

    test('there is none for POST, and no 304', async () => {
      const tag = (await tagOf('/json')) ?? '';
      const response = await get('/json', { 'if-none-match': tag }, 'POST');
      expect([response.status, response.headers.get('etag')]).toEqual([200, null]);
    });

    test.each(['GET', 'HEAD'])('a 304 to %s has no content, and keeps what caches need', async (method) => {
      const whole = await get('/text', {}, method);
      const tag = whole.headers.get('etag') ?? '';
      const response = await get('/text', { 'if-none-match': `W/"other", ${tag}` }, method);
      expect([response.status, await response.text()]).toEqual([304, '']);
      const { date, connection, 'keep-alive': _, ...headers } = Object.fromEntries(response.headers);
      expect(headers).toEqual({
        'cache-control': 'max-age=60',
        'content-location': '/text.en',
        'content-security-policy': "default-src 'none'",
        etag: tag,
        expires: LATER,
        vary: 'accept-language',
        'x-own': '1',
      });
      expect([date !== undefined, connection]).toEqual([
        reach().way !== 'in process',
        reach().way === 'HTTP/1.1' ? 'keep-alive' : undefined,
      ]);
    });

    test('other bytes have another tag', async () => {
      const tag = (await tagOf('/text')) ?? '';
      await reach().request('/text', { method: 'PUT', body: 'two' });
      const response = await get('/text', { 'if-none-match': tag });
      expect([response.status, await response.text()]).toEqual([200, 'two']);
    });

    test.each<[string, Record<string, string>, number]>([
      ['/own', { 'if-none-match': '"v1"' }, 304],
      ['/own', { 'if-none-match': 'W/"v1"' }, 304],
      ['/own', { 'if-none-match': '"v0","v1"' }, 304],
      ['/own', { 'if-none-match': '*' }, 304],
      ['/own', { 'if-none-match': '"v0"' }, 200],
      ['/own', { 'if-none-match': 'v1' }, 200],
      ['/own', { 'if-none-match': '' }, 200],
      ['/own', { 'if-match': '"v1"' }, 200],
      ['/own', { 'if-match': '*' }, 200],
      ['/own', { 'if-match': '"v0"' }, 412],
      ['/own', { 'if-match': 'W/"v1"' }, 412],
      ['/own', { 'if-match': '"v1"', 'if-none-match': '"v1"' }, 304],
      ['/own-weak', { 'if-none-match': '"v1"' }, 304],
      ['/own-weak', { 'if-match': 'W/"v1"' }, 412],
      ['/own-stream', { 'if-none-match': '"v1"' }, 304],
      ['/dated', { 'if-modified-since': DATE }, 304],
      ['/dated', { 'if-modified-since': LATER }, 304],
      ['/dated', { 'if-modified-since': DATE, 'if-none-match': '"v0"' }, 200],
      ['/dated', { 'if-unmodified-since': DATE }, 200],
      ['/dated', { 'if-unmodified-since': 'Sat, 05 Nov 1994 08:49:37 GMT' }, 412],
      ['/dated', { 'if-modified-since': 'yesterday' }, 200],
      ['/dated-stream', { 'if-modified-since': DATE }, 304],
    ])('%s with %j is %d', async (path, headers, status) => {
      expect(await statusOf(path, headers)).toBe(status);
      expect(await statusOf(path, headers, 'HEAD')).toBe(status);
    });

    test('a stream that is not sent is closed', async () => {
      expect(await statusOf('/own-stream', { 'if-none-match': '"v1"' })).toBe(304);
      expect(stream.destroyed).toBe(true);
    });

    test('a 412 is an error like others, and is not that representation', async () => {
      const response = await get('/text', { 'if-match': '"v0"' });
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(['etag', 'cache-control', 'expires'].map((name) => response.headers.get(name))).toEqual([
        null,
        null,
        null,
      ]);
      expect(response.headers.get('x-own')).toBe('1');
      expect(await response.json()).toMatchObject({ status: 412, title: 'Precondition Failed' });
    });

    test('a long list does no harm', async () => {
      const list = '"v",'.repeat(2000);
      expect(await statusOf('/own', { 'if-none-match': `${list}"v1"` })).toBe(304);
      expect(await statusOf('/own', { 'if-none-match': '"'.repeat(8000) })).toBe(200);
    });
  },
);

onEveryWay(
  'etag({ weak: true })',
  () => ({ logger: false, middleware: [etag({ weak: true })] }),
  (router) => router.addRoute('GET', '/', { handler: () => 'one' }),
  (reach) => {
    test('has weak tags, which match', async () => {
      const tag = (await reach().request('/')).headers.get('etag') ?? '';
      expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
      expect((await reach().request('/', { headers: { 'if-none-match': tag } })).status).toBe(304);
    });
  },
);
