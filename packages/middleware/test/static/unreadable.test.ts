import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { serveStatic } from '../../src/static.ts';
import { recordingLogger } from '../log.ts';
import { Folder } from './site.ts';

const isRoot = process.geteuid?.() === 0;

/** Runs something without the rights of root, for whom every file can be read. */
async function withoutRights(run: () => Promise<void>): Promise<void> {
  if (isRoot) process.seteuid?.(65_534);
  try {
    await run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test('a file that may not be read is not found, and who runs the server is told, once', async () => {
  await using folder = await Folder.of(
    { 'open.txt': 'hello', 'closed.txt': 'secret', 'locked/a.txt': 'secret' },
    // The temporary folder of root may be closed to everyone else.
    isRoot ? '/tmp' : tmpdir(),
  );
  await chmod(folder.path, 0o755);
  await chmod(folder.at('closed.txt'), 0);
  await chmod(folder.at('locked'), 0);
  const { logger, lines } = recordingLogger();
  await using app = await startTestServer({ middleware: [serveStatic({ root: folder.path })], logger });
  const statusOf = async (path: string): Promise<number> => (await app.http2.request(path)).status;
  expect(await statusOf('/open.txt')).toBe(200);
  lines.length = 0;
  await withoutRights(async () => {
    for (const path of ['/closed.txt', '/closed.txt', '/nothing.txt']) expect(await statusOf(path)).toBe(404);
    const warning = { level: 'warn', message: 'A file may not be read, so it is answered with 404 (EACCES)' };
    expect(lines).toMatchObject([{ ...warning, file: folder.at('closed.txt'), code: 'EACCES' }]);
    // Clients choose these names.
    for (let i = 0; i < 150; i++) expect(await statusOf(`/locked/${i}`)).toBe(404);
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.length).toBeLessThanOrEqual(100);
  });
});
