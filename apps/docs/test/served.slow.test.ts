import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { asPattern } from './expected.ts';
import { readPages, sample } from './pages.ts';
import { isStep, writeBlocks } from './write-blocks.ts';

interface Started {
  readonly file: string;
  readonly url?: string;
  readonly failed?: string;
}

const BETWEEN = '--- next ---';

// Pages whose server is started as they say, and asked with their own lines of curl.
const pages = readPages();
const { folderOf } = writeBlocks('served', pages, ['ts', 'js', 'sql', 'json', 'html', 'css']);
const served = pages.flatMap(({ name, blocks }) => {
  const lines = blocks.filter(({ language, marks }) => language === 'sh' && marks.has('run'));
  const file = blocks.some((block) => block.file === 'server.ts') ? 'server.ts' : 'src/server.ts';
  return lines.length === 0 ? [] : [{ name, lines, file: path.join(folderOf(name), file) }];
});
for (const { name } of served.filter((page) => isStep(page.name))) {
  // What drizzle-kit writes, and what the tutorial tells to copy.
  for (const folder of ['migrations', 'public', 'page']) {
    cpSync(path.join(sample, folder), path.join(folderOf(name), folder), { recursive: true });
  }
}

const { VITEST: _, NODE_ENV: __, ...env } = process.env;
const child = fork(
  new URL('serve-pages.mjs', import.meta.url),
  served.map(({ file }) => file),
  {
    env,
    execArgv: FROM_SOURCE,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  },
);
const exited = once(child, 'exit');
const started = new Map<string, Started>();
child.on('message', (message: Started) => {
  started.set(message.file, message);
  child.emit(message.file);
});
afterAll(async () => {
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

test.each(served)('the server of $name answers as the page says', async ({ name, lines, file }) => {
  if (!started.has(file)) await Promise.race([once(child, file), exited]);
  const server = started.get(file);
  expect(server?.failed).toBeUndefined();
  const script = lines.map(({ code }) => code).join(`echo; echo '${BETWEEN}'\n`);
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', script.replaceAll('https://localhost:3000', server?.url ?? '')],
    { cwd: folderOf(name), timeout: 10_000 },
  );
  for (const [index, printed] of stdout.split(BETWEEN).entries()) {
    const shown = printed.replaceAll(/[ \r]+$/gm, '').trim();
    const expected = asPattern(lines[index]?.next?.code ?? '');
    expect.soft(shown, `what line ${lines[index]?.line} prints`).toMatch(expected);
  }
});
