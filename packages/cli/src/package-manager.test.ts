import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { expect, test } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { packageManagerOf } from './package-manager.ts';

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const made = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(made, name), text);
  return made;
}

test.each([
  [{}, '', 'npx blaize start'],
  [{ 'package-lock.json': '' }, 'pnpm/10.0.0 npm/? node/v20', 'npx blaize start'],
  [{ 'pnpm-lock.yaml': '' }, '', 'pnpm exec blaize start'],
  [{ 'yarn.lock': '' }, '', 'yarn blaize start'],
  [{ 'bun.lock': '' }, '', 'bunx blaize start'],
  [{ 'package.json': '{ "packageManager": "pnpm@10.34.9" }', 'yarn.lock': '' }, '', 'pnpm exec blaize start'],
  [{ 'package.json': 'broken' }, 'yarn/4.9.0 npm/? node/v20', 'yarn blaize start'],
  [{}, 'vlt/1.0', 'npx blaize start'],
])('%j, run by "%s": %s', async (files, npm_config_user_agent, expected) => {
  const app = await folder(files);
  await mkdir(path.join(app, 'packages/one'), { recursive: true });
  const env = { npm_config_user_agent };
  expect(packageManagerOf(app, env).blaize('start')).toBe(expected);
  // In a workspace, the file is in a folder above.
  expect(packageManagerOf(path.join(app, 'packages/one'), env).blaize('start')).toBe(expected);
});
