import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { ConfigurationError } from '@blaizejs/errors';
import type { AnyContext } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';

import { type Part, parts } from '../src/index.ts';
import { encode, inChunks, raw, TYPE } from './encode.ts';
import { PROTOCOLS, serve, UploadFolder } from './app.ts';

const HEADERS = { 'content-type': TYPE };
const LARGE = Buffer.alloc(500_000, 'x');
const FORM = encode([
  { name: 'title', content: 'Cat' },
  { name: 'file', filename: '../cat.png', type: 'image/png', content: LARGE },
  { name: 'last', content: 'end' },
]);

async function sizeOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  let size = 0;
  for await (const chunk of chunks) size += chunk.length;
  return String(size);
}

type Each = (part: Part) => unknown;

const collect = (each: Each, limits = {}) => ({
  handler: async (ctx: AnyContext) => {
    const all: unknown[] = [];
    for await (const part of parts(ctx.request, limits)) all.push(await each(part));
    return all;
  },
});

describe.each(PROTOCOLS)('over %s', (protocol) => {
  const post = async (each: Each, body: Uint8Array = FORM, limits = {}): Promise<[number, unknown]> => {
    await using app = await serve(collect(each, limits));
    const response = await app[protocol].request('/', { method: 'POST', headers: HEADERS, body });
    return [response.status, await response.json()];
  };

  test.each<[string, Each, unknown[]]>([
    ['as text', async (part) => (await part.text()).length, [3, 500_000, 3]],
    ['as bytes', async (part) => (await part.bytes()).length, [3, 500_000, 3]],
    [
      'as a stream',
      async (part) => {
        let size = 0;
        for await (const chunk of part.stream() as AsyncIterable<Buffer>) size += chunk.length;
        return size;
      },
      [3, 500_000, 3],
    ],
    ['or not at all', (part) => part.name, ['title', 'file', 'last']],
    [
      'as far as the handler wants',
      async (part) => {
        for await (const chunk of part.stream() as AsyncIterable<Buffer>) return chunk.length > 0;
        return false;
      },
      [true, true, true],
    ],
    ['without waiting, in order', (part) => void part.text().then((text) => text.length), [null, null, null]],
    [
      'with what its headers say',
      ({ name, filename, originalName, type, headers }) => [
        name,
        filename,
        originalName,
        type,
        Object.keys(headers),
      ],
      [
        ['title', null, null, 'text/plain', ['content-disposition']],
        ['file', 'cat.png', '../cat.png', 'image/png', ['content-disposition', 'content-type']],
        ['last', null, null, 'text/plain', ['content-disposition']],
      ],
    ],
  ])('a part is read %s', async (_name, each, expected) => {
    expect(await post(each)).toEqual([200, expected]);
  });

  test('a slow reader slows the client down, and the next part waits for it', async () => {
    const events: string[] = [];
    let sent = 0;
    await using app = await serve({
      bodyLimit: 100_000_000,
      handler: async (ctx: AnyContext) => {
        for await (const part of parts(ctx.request)) {
          const stream = part.stream();
          if (part.name === 'big') {
            // What the connection and the streams hold, and no more.
            await new Promise((resolve) => setTimeout(resolve, 200));
            events.push(sent < 10_000_000 ? 'held back' : `sent ${sent}`);
          }
          stream.on('end', () => events.push(`${part.name} is over`)).resume();
          // Not awaited.
        }
        return 'ok';
      },
    });
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield raw('--b|Content-Disposition: form-data; name="big"; filename="x"||');
      for (; sent < 40_000_000; sent += 100_000) yield new Uint8Array(100_000);
      yield raw('|--b|Content-Disposition: form-data; name="next"||1|--b--');
    };
    const response = await app[protocol].request('/', { method: 'POST', headers: HEADERS, body: body() });
    expect(response.status).toBe(200);
    expect(events).toEqual(['held back', 'big is over', 'next is over']);
  });

  test.each<[string, (part: Part) => unknown, string]>([
    ['a promise of its text', (part) => part.text().then((text) => String(text.length)), '500000'],
    ['a promise that reads its stream', (part) => sizeOf(part.stream()), '500000'],
    ['nothing, and a stream that nobody reads', (part) => part.stream().readable && 'ok', 'ok'],
  ])('a handler may leave the loop with %s', async (_name, use, expected) => {
    await using app = await serve({
      handler: async (ctx: AnyContext) => {
        for await (const part of parts(ctx.request)) if (part.name === 'file') return use(part);
        return 'none';
      },
    });
    const response = await app[protocol].request('/', { method: 'POST', headers: HEADERS, body: FORM });
    expect([response.status, await response.text()]).toEqual([200, expected]);
  });

  test('leaving the loop ends the upload, and the next request is served', async () => {
    await using app = await serve({
      handler: async (ctx: AnyContext) => {
        for await (const part of parts(ctx.request)) return part.name;
        return 'none';
      },
    });
    for (let i = 0; i < 3; i += 1) {
      const response = await app[protocol].request('/', { method: 'POST', headers: HEADERS, body: FORM });
      expect([response.status, await response.text()]).toEqual([200, 'title']);
    }
  });

  test('a part can be written to a file', async () => {
    await using folder = await UploadFolder.create();
    const target = join(folder.path, 'file');
    expect(
      await post(async (part) => {
        if (part.filename !== undefined) await pipeline(part.stream(), createWriteStream(target));
      }),
    ).toEqual([200, [null, null, null]]);
    expect((await readFile(target)).equals(LARGE)).toBe(true);
  });

  test.each<[string, Uint8Array, object, number, string]>([
    ['cut off', FORM.subarray(0, 1000), {}, 400, 'ERR_BLAIZE_MULTIPART_MALFORMED'],
    ['cut off, and skipped', FORM.subarray(0, -20), {}, 400, 'ERR_BLAIZE_MULTIPART_MALFORMED'],
    ['above a limit', FORM, { fileSize: 1000 }, 413, 'ERR_BLAIZE_MULTIPART_LIMIT'],
    [
      'above the limit of the body',
      Buffer.concat([FORM, FORM, FORM]),
      {},
      413,
      'ERR_BLAIZE_PAYLOAD_TOO_LARGE',
    ],
  ])('a form that is %s is refused', async (_name, body, limits, status, code) => {
    expect(await post((part) => part.name, body, limits)).toMatchObject([status, { code }]);
  });

  test('the limit of the body holds without an announced length', async () => {
    await using app = await serve({ ...collect((part) => part.name), bodyLimit: 1000 });
    const response = await app[protocol].request('/', {
      method: 'POST',
      headers: HEADERS,
      body: inChunks(FORM, 10_000),
    });
    expect([response.status, await response.json()]).toMatchObject([413, { details: { limit: 1000 } }]);
  });

  test.each<[string, Record<string, string>, number]>([
    ['another type', { 'content-type': 'application/json' }, 415],
    ['no boundary', { 'content-type': 'multipart/form-data' }, 400],
    ['gzip', { ...HEADERS, 'content-encoding': 'gzip' }, 415],
  ])('a body with %s is refused', async (_name, headers, status) => {
    await using app = await serve(collect((part) => part.name));
    const response = await app[protocol].request('/', { method: 'POST', headers, body: FORM });
    expect(response.status).toBe(status);
  });

  test('with decompressRequests, a form may be compressed as a whole', async () => {
    await using app = await serve({ ...collect((part) => part.text()), decompressRequests: true });
    const send = async (body: Uint8Array, encoding: string): Promise<[number, unknown]> => {
      const headers = { ...HEADERS, 'content-encoding': encoding };
      const response = await app[protocol].request('/', { method: 'POST', headers, body });
      return [response.status, await response.json()];
    };
    const small = encode([{ name: 'title', content: 'Cat' }]);
    expect(await send(gzipSync(small), 'gzip')).toEqual([200, ['Cat']]);
    expect(await send(brotliCompressSync(small), 'br')).toEqual([200, ['Cat']]);
    expect(await send(small, 'identity')).toEqual([200, ['Cat']]);
    expect(await send(gzipSync(small).subarray(0, 40), 'gzip')).toMatchObject([400, {}]);
    // More than bodyLimit, once it is decoded.
    const large = encode([{ name: 'file', filename: 'a', content: Buffer.alloc(2_000_000, 'ab\r\n') }]);
    expect(await send(gzipSync(large), 'gzip')).toMatchObject([413, {}]);
  });

  test('a client that leaves ends the loop', async () => {
    let ended: ((error: unknown) => void) | undefined;
    const end = new Promise<unknown>((resolve) => (ended = resolve));
    const leaving = new AbortController();
    await using app = await serve({
      handler: async (ctx: AnyContext) => {
        try {
          for await (const part of parts(ctx.request)) {
            const reading = part.bytes();
            leaving.abort();
            await reading;
          }
        } catch (error) {
          ended?.(error);
          throw error;
        }
        return 'ok';
      },
    });
    const half = async function* (): AsyncGenerator<Uint8Array> {
      yield FORM.subarray(0, 1000);
      await new Promise(() => undefined);
    };
    const sent = app[protocol].request('/', {
      method: 'POST',
      headers: HEADERS,
      body: half(),
      signal: leaving.signal,
    });
    await expect(sent).rejects.toThrow();
    expect(await end).toMatchObject({ code: 'ERR_BLAIZE_REQUEST_ABORTED' });
  });
});

test.each<[string, (part: Part, before: Part | undefined) => Promise<unknown>, string]>([
  ['twice', async (part) => [await part.text(), await part.text()], 'was already read'],
  [
    'as a stream and as text',
    async (part) => [part.stream().resume(), await part.text()],
    'was already read',
  ],
  ['when the loop has gone on', async (_part, before) => before?.text(), 'was skipped'],
])('reading a part %s is an error', async (_name, read, message) => {
  let before: Part | undefined;
  const errors: unknown[] = [];
  await using app = await serve(
    collect(async (part) => {
      await read(part, before).catch((error: unknown) => errors.push(error));
      before = part;
    }),
  );
  const response = await app.http2.request('/', { method: 'POST', headers: HEADERS, body: FORM });
  expect(response.status).toBe(200);
  expect(errors[0]).toMatchObject({ code: 'ERR_BLAIZE_BODY_READ' });
  expect((errors[0] as Error).message).toContain(message);
});

test('a text that is not UTF-8 is a 400', async () => {
  await using app = await serve(collect((part) => part.text()));
  const body = encode([{ name: 'a', content: Buffer.from([0xff]) }]);
  const response = await app.http2.request('/', { method: 'POST', headers: HEADERS, body });
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { code: 'ERR_BLAIZE_MULTIPART_MALFORMED' },
  ]);
});

test('wrong limits are refused at once', () => {
  const request = {
    header: () => undefined,
    stream: () => {
      throw new Error('not read');
    },
    bodyLimit: 1,
  };
  expect(() => parts(request, { fileSize: 0 })).toThrow(ConfigurationError);
  // @ts-expect-error -- a misspelt limit
  expect(() => parts(request, { fileSizes: 1 })).toThrow('Did you mean `fileSize`?');
});
