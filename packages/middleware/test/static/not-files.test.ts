import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type * as Fs from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

import { describe, expect, test, vi } from 'vitest';

import { Folder, PROTOCOLS, serve } from './site.ts';

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test('a pipe is not found, and nobody waits for it', async () => {
    await using folder = await Folder.of({});
    await promisify(execFile)('mkfifo', [folder.at('pipe')]);
    await using app = await serve(folder);
    expect((await app[protocol].request('/pipe')).status).toBe(404);
    expect((await app[protocol].request('/pipe', { method: 'HEAD' })).status).toBe(404);
    expect(await folder.open()).toEqual([]);
  });

  test('nor is a socket', async () => {
    await using folder = await Folder.of({});
    const socket = createServer().listen(folder.at('socket'));
    await once(socket, 'listening');
    await using app = await serve(folder);
    expect((await app[protocol].request('/socket')).status).toBe(404);
    socket.close();
    await once(socket, 'close');
  });
});

describe('an error of the system', () => {
  /** Opens a file while calls fail with a code. */
  async function openFailing(code: string): Promise<unknown> {
    const fail = () => Promise.reject(Object.assign(new Error(code), { code }));
    vi.doMock('node:fs/promises', async (original) => ({ ...(await original<typeof Fs>()), open: fail }));
    vi.resetModules();
    try {
      const { openFile } = await import('../../src/static/open-file.ts');
      return await openFile(import.meta.filename);
    } finally {
      vi.doUnmock('node:fs/promises');
      vi.resetModules();
    }
  }

  test.each(['EMFILE', 'ENFILE'])('%s is 503, and says when to try again', async (code) => {
    await expect(openFailing(code)).rejects.toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      cause: { code },
    });
  });

  test.each(['EACCES', 'EPERM', 'ENOENT', 'ENAMETOOLONG', 'ELOOP'])('%s is not found', async (code) => {
    expect(await openFailing(code)).toBeUndefined();
  });

  test('any other is one of the server', async () => {
    await expect(openFailing('EIO')).rejects.toMatchObject({ code: 'EIO' });
  });
});
