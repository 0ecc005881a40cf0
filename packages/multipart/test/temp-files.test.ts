import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { createPostRoute } from '@blaizejs/router';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { moveFile, originalName } from '../src/index.ts';
import { removeLeftovers } from '../src/temp-folder.ts';
import { encode, raw, TYPE } from './encode.ts';
import { PROTOCOLS, readers, serve, UploadFolder } from './app.ts';

const LARGE = Buffer.alloc(300_000, 'x');
const SMALL = Buffer.from('small');

const body = (content: Uint8Array = LARGE): Buffer =>
  encode([{ name: 'file', filename: '../a.txt', type: 'text/plain', content }]);

const route = (tempDir: string, use: (file: File) => unknown, size = 1_000_000) =>
  createPostRoute({
    bodyReaders: readers({ tempDir }),
    handlerTimeout: 2000,
    schema: { body: z.object({ file: z.file().max(size) }) },
    handler: async ({ request }) => (await use(request.body.file)) ?? 'ok',
  });

describe.each(PROTOCOLS)('over %s, the files of a form are removed', (protocol) => {
  test.each<[string, (file: File) => unknown, number, number]>([
    ['when it is answered', (file) => file.size, 1_000_000, 200],
    [
      'when its handler throws',
      () => {
        throw new Error('no');
      },
      1_000_000,
      500,
    ],
    ['when its schema refuses it', () => 'ok', 10, 400],
    ['when its handler takes too long', () => new Promise(() => undefined), 1_000_000, 503],
  ])('%s', async (_name, use, size, status) => {
    await using folder = await UploadFolder.create();
    let during: string[] = [];
    const look = async (file: File): Promise<unknown> => {
      during = await folder.names();
      return use(file);
    };
    await using app = await serve(route(folder.path, look, size));
    const response = await app[protocol].request('/', {
      method: 'POST',
      headers: { 'content-type': TYPE },
      body: body(),
    });
    expect(response.status).toBe(status);
    if (status !== 400) expect(during).toHaveLength(2);
    await response.text();
    await expect.poll(() => folder.names()).toEqual([]);
  });

  test('when the client leaves in the middle', async () => {
    await using folder = await UploadFolder.create();
    await using app = await serve(route(folder.path, () => 'ok'));
    const leaving = new AbortController();
    const half = async function* (): AsyncGenerator<Uint8Array> {
      yield body().subarray(0, 299_000);
      await expect.poll(() => folder.names()).toHaveLength(2);
      leaving.abort();
      await new Promise(() => undefined);
    };
    const sent = app[protocol].request('/', {
      method: 'POST',
      headers: { 'content-type': TYPE },
      body: half(),
      signal: leaving.signal,
    });
    await expect(sent).rejects.toThrow();
    await expect.poll(() => folder.names()).toEqual([]);
  });

  test('when a later part is malformed', async () => {
    await using folder = await UploadFolder.create();
    await using app = await serve(route(folder.path, () => 'ok'));
    const bad = Buffer.concat([body().subarray(0, -4), raw('|no colon||--b--')]);
    const response = await app[protocol].request('/', {
      method: 'POST',
      headers: { 'content-type': TYPE },
      body: bad,
    });
    expect(response.status).toBe(400);
    await expect.poll(() => folder.names()).toEqual([]);
  });
});

describe.each<[string, Buffer, number]>([
  ['on disk', LARGE, 2],
  ['in memory', SMALL, 0],
])('a file %s', (_where, content, entries) => {
  test('is a File in every way', async () => {
    await using folder = await UploadFolder.create();
    let seen: unknown;
    const use = async (file: File): Promise<void> => {
      const text = content.toString();
      expect((await folder.names()).length).toBe(entries);
      expect(file).toBeInstanceOf(File);
      expect([file.name, originalName(file), file.type, file.size]).toEqual([
        'a.txt',
        '../a.txt',
        'text/plain',
        content.length,
      ]);
      expect(await file.text()).toBe(text);
      expect(Buffer.from(await file.arrayBuffer()).equals(content)).toBe(true);
      expect(await file.slice(1, 4).text()).toBe(text.slice(1, 4));
      expect(await new Response(file.stream()).text()).toBe(text);
      // As in a form for another server.
      const form = new FormData();
      form.append('file', file, 'b.txt');
      expect(await new Response(form).text()).toContain(text);
      expect(await new File([file], 'c').text()).toBe(text);
      seen = true;
    };
    await using app = await serve(route(folder.path, use));
    const response = await app.http1.request('/', {
      method: 'POST',
      headers: { 'content-type': TYPE },
      body: body(content),
    });
    expect([response.status, seen]).toEqual([200, true]);
  });

  test('can be kept', async () => {
    await using folder = await UploadFolder.create();
    const kept = join(folder.path, 'kept');
    await writeFile(kept, 'before');
    await using app = await serve(route(folder.path, (file) => moveFile(file, kept)));
    const response = await app.http1.request('/', {
      method: 'POST',
      headers: { 'content-type': TYPE },
      body: body(content),
    });
    expect(response.status).toBe(200);
    await expect.poll(() => folder.names()).toEqual(['kept']);
    expect((await readFile(kept)).equals(content)).toBe(true);
  });

  test.skipIf(!existsSync('/dev/shm'))('can be kept on another file system', async () => {
    await using folder = await UploadFolder.create();
    const kept = join('/dev/shm', `multipart-test-${process.pid}`);
    try {
      await using app = await serve(route(folder.path, (file) => moveFile(file, kept)));
      const response = await app.http1.request('/', {
        method: 'POST',
        headers: { 'content-type': TYPE },
        body: body(content),
      });
      expect(response.status).toBe(200);
      expect((await readFile(kept)).equals(content)).toBe(true);
      await expect.poll(() => folder.names()).toEqual([]);
    } finally {
      await rm(kept, { force: true });
    }
  });

  const folders = ['/tmp', '/dev/shm'].filter((parent) => existsSync(parent));
  test.each(folders)('replaces a link in %s, and does not write through it', async (parent) => {
    await using folder = await UploadFolder.create();
    const place = await mkdtemp(join(parent, 'multipart-test-'));
    const [target, link] = [join(place, 'target'), join(place, 'link')];
    try {
      await writeFile(target, 'before', { mode: 0o644 });
      await symlink(target, link);
      await using app = await serve(route(folder.path, (file) => moveFile(file, link)));
      const response = await app.http1.request('/', {
        method: 'POST',
        headers: { 'content-type': TYPE },
        body: body(content),
      });
      expect(response.status).toBe(200);
      const kept = await lstat(link);
      expect([kept.isFile(), kept.mode & 0o777]).toEqual([true, 0o600]);
      expect(await readFile(target, 'utf8')).toBe('before');
      expect((await readdir(place)).sort()).toEqual(['link', 'target']);
    } finally {
      await rm(place, { recursive: true });
    }
  });

  test('says if it cannot be kept', async () => {
    await using folder = await UploadFolder.create();
    let code: unknown;
    const use = (file: File): Promise<void> =>
      moveFile(file, join(folder.path, 'none', 'kept')).catch((error: unknown) => {
        code = (error as NodeJS.ErrnoException).code;
      });
    await using app = await serve(route(folder.path, use));
    await app.http1.request('/', { method: 'POST', headers: { 'content-type': TYPE }, body: body(content) });
    expect(code).toBe('ENOENT');
    await expect.poll(() => folder.names()).toEqual([]);
  });
});

test.skipIf(process.platform === 'win32')('a file on disk can be read by nobody else', async () => {
  await using folder = await UploadFolder.create();
  const modes: number[] = [];
  await using app = await serve(
    route(folder.path, async () => {
      for (const name of await folder.names()) modes.push((await stat(join(folder.path, name))).mode & 0o777);
    }),
  );
  await app.http1.request('/', { method: 'POST', headers: { 'content-type': TYPE }, body: body() });
  expect(modes.sort()).toEqual([0o600, 0o700]);
});

test('many uploads at a time share a folder, which goes with the last', async () => {
  await using folder = await UploadFolder.create();
  await using app = await serve(route(folder.path, (file) => file.size));
  const one = async (): Promise<string> => {
    const response = await app.http2.request('/', {
      method: 'POST',
      headers: { 'content-type': TYPE },
      body: body(),
    });
    return response.text();
  };
  expect(new Set(await Promise.all(Array.from({ length: 20 }, one)))).toEqual(new Set(['300000']));
  await expect.poll(() => folder.names()).toEqual([]);
});

test('what a killed process left is removed at the next start, and nothing else', async () => {
  await using folder = await UploadFolder.create();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  await once(child, 'spawn');
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'exit');
  const host = hostname().replace(/\W/g, '_');
  const started = Math.round(Date.now() / 1000 - process.uptime());
  const names = {
    gone: `blaizejs-uploads-${host}-${gone.pid}-1-abcdef`,
    sameNumber: `blaizejs-uploads-${host}-${process.pid}-1-abcdef`,
    alive: `blaizejs-uploads-${host}-${child.pid}-1-abcdef`,
    own: `blaizejs-uploads-${host}-${process.pid}-${started}-abcdef`,
    otherHost: `blaizejs-uploads-${host}x-${gone.pid}-1-abcdef`,
    other: 'blaizejs-uploads-x',
  };
  for (const name of Object.values(names)) {
    await mkdir(join(folder.path, name));
    await writeFile(join(folder.path, name, 'file'), '');
    await utimes(join(folder.path, name), 0, 0);
  }
  await removeLeftovers(folder.path);
  expect((await readdir(folder.path)).sort()).toEqual(
    [names.alive, names.own, names.otherHost, names.other].sort(),
  );
  child.kill();
  await once(child, 'exit');
});

test.skipIf(process.getuid?.() !== 0)('a folder of another user is not a leftover', async () => {
  await using folder = await UploadFolder.create();
  const name = `blaizejs-uploads-${hostname().replace(/\W/g, '_')}-4000000-1-abcdef`;
  await mkdir(join(folder.path, name));
  await chown(join(folder.path, name), 12_345, 12_345);
  await removeLeftovers(folder.path);
  expect(await readdir(folder.path)).toEqual([name]);
});
