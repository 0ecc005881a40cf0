import zlib, { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { createPostRoute } from '@blaizejs/router';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { onEveryTransport } from '../transports.ts';

const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };
const text = JSON.stringify({ text: 'hello '.repeat(20) });
// Random enough not to shrink much.
const words = Array.from({ length: 20_000 }, (_, i) => ((i * 48_271) % 65_521).toString(36)).join(' ');

onEveryTransport(
  'compressed bodies',
  () => ({ mode: 'production', logger: false, bodyLimit: 10 * 1024 * 1024 }),
  ({ server }) => {
    const schema = { body: z.object({ text: z.string() }) };
    const length = createPostRoute({ schema, handler: ({ request }) => String(request.body.text.length) });
    server.router.addRoute('POST', '/off', length);
    server.router.addRoute('POST', '/on', { ...length, decompressRequests: true });
    server.router.addRoute('POST', '/small', { ...length, decompressRequests: true, bodyLimit: 1000 });
    server.router.addRoute('POST', '/reader', {
      ...length,
      decompressRequests: true,
      bodyReaders: {
        'application/x-text': async ({ stream }) => {
          let read = '';
          for await (const chunk of stream) read += Buffer.from(chunk).toString();
          return { text: read };
        },
      },
    });
    server.router.addRoute('POST', '/stream', {
      decompressRequests: true,
      handler: async ({ request }) => {
        let size = 0;
        for await (const chunk of request.stream()) size += (chunk as Buffer).length;
        return String(size);
      },
    });
    server.router.addRoute('POST', '/unread', { decompressRequests: true, handler: () => 'unread' });
  },
  (reach) => {
    const post = (path: string, body: Buffer, coding: string, type = 'application/json'): Promise<Response> =>
      reach().request(path, {
        method: 'POST',
        body,
        headers: { 'content-type': type, 'content-encoding': coding },
      });
    const told = async (response: Response) => [response.status, await response.text()];

    test.each<[string, Buffer]>([
      ['gzip', gzipSync(text)],
      ['X-GZIP', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['br', brotliCompressSync(text)],
      ['identity', Buffer.from(text)],
      ['gzip, identity', gzipSync(text)],
      ...(zstdCompressSync ? [['zstd', zstdCompressSync(Buffer.from(text))] as [string, Buffer]] : []),
    ])('%s is undone', async (coding, body) => {
      expect(await told(await post('/on', body, coding))).toEqual([200, '120']);
    });

    test('is undone for readers and streams, and may be left unread', async () => {
      const body = gzipSync(words);
      const size = String(words.length);
      expect(await told(await post('/reader', body, 'gzip', 'application/x-text'))).toEqual([200, size]);
      expect(await told(await post('/stream', body, 'gzip'))).toEqual([200, size]);
      expect(await told(await post('/unread', body, 'gzip'))).toEqual([200, 'unread']);
      expect((await post('/on', Buffer.alloc(0), 'gzip')).status).toBe(400);
    });

    test.each([
      ['/off', 'gzip', 'identity'],
      [
        '/on',
        'compress',
        zstdCompressSync ? 'gzip, deflate, br, zstd, identity' : 'gzip, deflate, br, identity',
      ],
      [
        '/on',
        'gzip, br',
        zstdCompressSync ? 'gzip, deflate, br, zstd, identity' : 'gzip, deflate, br, identity',
      ],
      [
        '/on',
        '__proto__',
        zstdCompressSync ? 'gzip, deflate, br, zstd, identity' : 'gzip, deflate, br, identity',
      ],
    ])('%s refuses %s with 415 and says what it takes', async (path, coding, accepted) => {
      const response = await post(path, gzipSync(text), coding);
      expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, accepted]);
    });

    test.each<[string, string, Buffer]>([
      ['truncated gzip', 'gzip', gzipSync(words).subarray(0, 5000)],
      ['corrupt gzip', 'gzip', Buffer.concat([gzipSync(words).subarray(0, 5000), Buffer.alloc(5000, 7)])],
      ['no gzip at all', 'gzip', Buffer.from(text)],
      ['truncated brotli', 'br', brotliCompressSync(words).subarray(0, 5000)],
      ['no brotli', 'br', Buffer.from(text)],
      ['no deflate', 'deflate', Buffer.from(text)],
    ])('%s is a 400', async (_what, coding, body) => {
      const response = await post('/on', body, coding);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        detail: `The body is not valid ${coding} data, or breaks off.`,
      });
      expect((await post('/stream', body, coding)).status).toBe(400);
    });

    test('bodyLimit counts what comes out, and what goes in', async () => {
      expect(
        (await post('/small', gzipSync(JSON.stringify({ text: 'ab'.repeat(600) })), 'gzip')).status,
      ).toBe(413);
      expect((await post('/small', gzipSync(words), 'gzip')).status).toBe(413);
      expect((await post('/small', gzipSync(text), 'gzip')).status).toBe(200);
    });

    test('a bomb is a 413 long before it has come out, also for a stream, which has no limit', async () => {
      const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
      for (const path of ['/on', '/stream']) {
        const response = await post(path, bomb, 'gzip');
        expect(response.status).toBe(413);
        expect(await response.json()).toMatchObject({
          detail: 'The body decodes to more than 200 times its size.',
          details: { ratio: 200 },
        });
      }
    });

    test('what follows on the connection is served', async () => {
      await post('/on', Buffer.from('x'), 'gzip');
      expect(await told(await post('/on', gzipSync(text), 'gzip'))).toEqual([200, '120']);
    });
  },
);
