import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../../tooling/from-source.mjs';
import { startChild } from '../../../../tooling/test/child.ts';
import { temporaryFolder } from '../../../../tooling/test/folder.ts';

const program = fileURLToPath(new URL('crash.ts', import.meta.url));

test('an exception that nobody catches ends the process, and its last lines are in the file', async () => {
  const folder = await temporaryFolder();
  const child = startChild(process.execPath, [...FROM_SOURCE, program, path.join(folder, 'app.log')]);
  const code = await child.ended;
  expect(child.err).toContain('nobody catches this');
  expect(code).not.toBe(0);
  const [name = ''] = await readdir(folder);
  const lines = (await readFile(path.join(folder, name), 'utf8')).trimEnd().split('\n');
  const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(messages.filter((message) => message === 'before the crash')).toHaveLength(1000);
  expect(messages).toContain('the last line');
}, 60_000);
