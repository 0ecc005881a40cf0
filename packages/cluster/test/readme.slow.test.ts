import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

import { exampleIn } from '../../../tooling/readme/run-example.ts';
import { bundleFiles } from './bundle.ts';

test('the example of the README prints what it says', { timeout: 60_000 }, async () => {
  const readme = await readFile(path.join(import.meta.dirname, '../README.md'), 'utf8');
  const parent = path.join(import.meta.dirname, '../.blaize');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(path.join(parent, 'readme-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, 'example.ts'), exampleIn(readme));
  await bundleFiles(folder, path.join(folder, 'example.ts'));
  const { stdout } = await promisify(execFile)(process.execPath, ['example.mjs'], {
    cwd: folder,
    timeout: 50_000,
  });
  expect(readme).toContain(`\`\`\`text\n${stdout}\`\`\``);
});
