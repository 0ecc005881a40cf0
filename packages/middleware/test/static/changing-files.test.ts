import { appendFile, open, rename, rm, truncate } from 'node:fs/promises';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { once } from 'node:events';

import { type TestClient } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { Folder, PROTOCOLS, serve } from './site.ts';

// More than connections buffer.
const SIZE = 24_000_000;

async function largeFile(): Promise<Folder> {
  const folder = await Folder.of({ 'large.bin': '' });
  await truncate(folder.at('large.bin'), SIZE);
  return folder;
}

/** Asks for the file, changes it once its first bytes have arrived, and reads the rest. */
async function readWhile(
  client: TestClient,
  change: () => Promise<unknown>,
  range?: string,
): Promise<number> {
  const response = await client.request('/large.bin', { headers: range === undefined ? {} : { range } });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let length = 0;
  for (let first = true; ; first = false) {
    const { value } = await reader.read();
    if (!value) return length;
    length += value.length;
    if (first) await change();
  }
}

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test.each<[string, (file: string) => Promise<unknown>]>([
    ['cut', (file) => truncate(file, SIZE / 2)],
    ['cut to nothing', (file) => truncate(file)],
    ['continued', (file) => appendFile(file, 'more')],
    [
      'written to',
      async (file) => {
        await using handle = await open(file, 'r+');
        await handle.write('x', SIZE - 10);
      },
    ],
  ])('a file that is %s while it is sent breaks the answer off', async (_, change) => {
    await using folder = await largeFile();
    await using app = await serve(folder);
    const errors: unknown[] = [];
    app.server.events.on('error', (error) => void errors.push(error));
    const reading = readWhile(app[protocol], () => change(folder.at('large.bin')));
    await expect(reading).rejects.toThrow();
    await expect.poll(() => errors).toMatchObject([{ code: 'ERR_BLAIZE_FILE_CHANGED' }]);
    await expect.poll(() => folder.open()).toEqual([]);
  });

  test('a part of it is broken off as well', async () => {
    await using folder = await largeFile();
    await using app = await serve(folder);
    app.server.events.on('error', () => undefined);
    const change = () => appendFile(folder.at('large.bin'), 'more');
    await expect(readWhile(app[protocol], change, `bytes=10-${SIZE - 10}`)).rejects.toThrow();
  });

  test.each<[string, (folder: Folder) => Promise<unknown>]>([
    ['deleted', (folder) => rm(folder.at('large.bin'))],
    [
      'replaced',
      async (folder) => {
        await folder.write('next', 'next');
        await rename(folder.at('next'), folder.at('large.bin'));
      },
    ],
  ])('a file that is %s is sent to its end', async (_, change) => {
    await using folder = await largeFile();
    await using app = await serve(folder);
    expect(await readWhile(app[protocol], () => change(folder))).toBe(SIZE);
  });

  test('a new version is seen at once in development', async () => {
    await using folder = await Folder.of({ 'a.txt': 'one' });
    await using app = await serve(folder, { revalidate: 0 });
    const get = async () => (await app[protocol].request('/a.txt')).text();
    expect([await get(), await get()]).toEqual(['one', 'one']);
    await folder.write('a.txt', 'two');
    expect(await get()).toBe('two');
    await rm(folder.at('a.txt'));
    expect((await app[protocol].request('/a.txt')).status).toBe(404);
  });

  test('a client that leaves closes the file', async () => {
    await using folder = await largeFile();
    await using app = await serve(folder);
    const leave = new AbortController();
    const response = await app[protocol].request('/large.bin', { signal: leave.signal });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    expect(await folder.open()).toEqual([folder.at('large.bin')]);
    leave.abort();
    await expect.poll(() => folder.open()).toEqual([]);
    await reader.cancel().catch(() => undefined);
  });

  test('a client that does not read holds one handle, until it leaves', async () => {
    await using folder = await largeFile();
    await using app = await serve(folder);
    const leave = new AbortController();
    const { signal } = leave;
    const responses = await Promise.all([1, 2, 3].map(() => app[protocol].request('/large.bin', { signal })));
    expect(await folder.open()).toHaveLength(3);
    leave.abort();
    await expect.poll(() => folder.open()).toEqual([]);
    for (const { body } of responses) await body?.cancel().catch(() => undefined);
  });
});

test('over HTTP/2, a broken answer has no END_STREAM, and its connection stays', async () => {
  await using folder = await largeFile();
  await using app = await serve(folder);
  app.server.events.on('error', () => undefined);
  const session: ClientHttp2Session = connect(app.url);
  const stream = session.request({ ':path': '/large.bin' });
  stream.on('error', () => undefined);
  let ended = false;
  stream.on('end', () => (ended = true));
  const closed = new Promise((resolve) => stream.on('close', resolve));
  await once(stream, 'data');
  await truncate(folder.at('large.bin'), 100);
  stream.resume();
  await closed;
  expect([ended, stream.rstCode]).toEqual([false, constants.NGHTTP2_INTERNAL_ERROR]);
  const next = session.request({ ':path': '/missing' });
  const [headers] = (await once(next, 'response')) as [Record<string, unknown>];
  expect(headers[':status']).toBe(404);
  next.resume();
  await once(next, 'close');
  session.close();
  await once(session, 'close');
});
