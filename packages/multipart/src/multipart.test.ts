import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createApp } from '@blaizejs/app';
import { ConfigurationError } from '@blaizejs/errors';
import type { BodyReader } from '@blaizejs/types';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { encode, type PartOf, TYPE } from '../test/encode.ts';
import { UploadFolder } from '../test/app.ts';
import { multipart, type MultipartOptions } from './multipart.ts';

async function post(
  options: MultipartOptions | BodyReader,
  parts: PartOf[],
  look = (): unknown => undefined,
): Promise<[number, unknown]> {
  const reader = typeof options === 'function' ? options : multipart(options);
  const app = createApp({ logger: false, bodyReaders: { 'multipart/form-data': reader } });
  app.router.addRoute('POST', '/', {
    schema: { body: z.unknown() },
    handler: async () => ({ seen: await look() }),
  });
  const body = new Uint8Array(encode(parts));
  const headers = { 'content-type': TYPE };
  const response = await app.fetch(new Request('http://localhost/', { method: 'POST', body, headers }));
  return [response.status, await response.json()];
}

const file = (size: number): PartOf => ({
  name: 'f',
  filename: 'f.png',
  type: 'image/png',
  content: Buffer.alloc(size, 'x'),
});

test.each([
  [{}, 262_144, 0],
  [{}, 262_145, 2],
  [{ memoryLimit: 10 }, 10, 0],
  [{ memoryLimit: 10 }, 11, 2],
  [{ memoryLimit: 0 }, 1, 2],
  [{ memoryLimit: 0 }, 0, 0],
])('with %j, a file of %i bytes makes %i entries on disk', async (options, size, entries) => {
  await using folder = await UploadFolder.create();
  const look = async (): Promise<number> => (await folder.names()).length;
  expect(await post({ ...options, tempDir: folder.path }, [file(size)], look)).toEqual([
    200,
    { seen: entries },
  ]);
  await expect.poll(() => folder.names()).toEqual([]);
});

test.each([
  [{ sniff: true }, 100, 415],
  [{ sniff: true }, 10_000, 415],
  [{ sniff: true, memoryLimit: 0 }, 10_000, 415],
  [{ sniff: false }, 100, 200],
  [{}, 10_000, 200],
])('with %j, a .png of %i bytes that is none gets %i', async (options, size, status) => {
  await using folder = await UploadFolder.create();
  expect((await post({ ...options, tempDir: folder.path }, [file(size)]))[0]).toBe(status);
  await expect.poll(() => folder.names()).toEqual([]);
});

test('a folder that is gone is a fault of the server', async () => {
  await using folder = await UploadFolder.create();
  const tempDir = join(folder.path, 'gone');
  await mkdir(tempDir);
  const reader = multipart({ tempDir, memoryLimit: 0 });
  await rmdir(tempDir);
  expect(await post(reader, [file(1)])).toMatchObject([500, { code: 'ERR_BLAIZE_INTERNAL_SERVER_ERROR' }]);
});

test.each([
  [{ fileSize: 0 }, 'fileSize: expected a whole number above 0, received 0'],
  [{ fields: '1' }, 'fields: expected a whole number above 0, received "1"'],
  [{ memoryLimit: -1 }, 'memoryLimit: expected a whole number of bytes, received -1'],
  [{ tempDir: 1 }, 'tempDir: expected the path of a folder that exists and can be written, received 1'],
  [{ tempDir: '/does/not/exist' }, 'can be written, received "/does/not/exist"'],
  [{ tempDir: fileURLToPath(import.meta.url) }, 'can be written'],
  [{ sniff: 'yes' }, 'sniff: expected true or false, received "yes"'],
  [{ filesize: 1 }, 'Did you mean `fileSize`?'],
  [1, 'options: expected an object of options'],
])('refuses the options %j', (options, message) => {
  expect(() => multipart(options as MultipartOptions)).toThrow(ConfigurationError);
  expect(() => multipart(options as MultipartOptions)).toThrow(message);
});
