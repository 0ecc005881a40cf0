import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { expect, onTestFinished, test } from 'vitest';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const program = fileURLToPath(new URL('crash.ts', import.meta.url));

test('an exception that nobody catches ends the process, and its last lines are in the file', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'blaize-crash-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const child = spawn(
    process.execPath,
    ['--import', tsx, '--conditions', '@blaizejs/source', program, path.join(folder, 'app.log')],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(complaint).toContain('nobody catches this');
  expect(code).not.toBe(0);
  const [name = ''] = await readdir(folder);
  const lines = (await readFile(path.join(folder, name), 'utf8')).trimEnd().split('\n');
  const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(messages.filter((message) => message === 'before the crash')).toHaveLength(1000);
  expect(messages).toContain('the last line');
}, 60_000);
