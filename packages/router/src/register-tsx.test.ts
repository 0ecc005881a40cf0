import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { registerTsx, resolvePackage } from './register-tsx.ts';

let project: string;
beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'blaize-tsx-'));
});
afterEach(() => rm(project, { recursive: true }));

async function install(exports: object): Promise<void> {
  const folder = path.join(project, 'node_modules/tsx');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'tsx', exports }));
  await writeFile(
    path.join(folder, 'api.mjs'),
    'export const register = () => { globalThis.tsxCount = (globalThis.tsxCount ?? 0) + 1; };',
  );
}

test('returns false for a project without tsx', async () => {
  expect(await registerTsx(project)).toBe(false);
});

test("a project's tsx is registered once, for CommonJS and for ES modules", async () => {
  await install({
    './package.json': './package.json',
    './cjs/api': { import: { default: './api.mjs' } },
    './esm/api': { import: { default: './api.mjs' } },
  });
  expect(await Promise.all([registerTsx(project), registerTsx(path.join(project, 'routes'))])).toEqual([
    true,
    true,
  ]);
  expect((globalThis as { tsxCount?: number }).tsxCount).toBe(2);
});

test('a package is resolved like an import, from a folder or below it', async () => {
  await install({ './package.json': './package.json', '.': { require: './api.cjs', import: './api.mjs' } });
  const url = resolvePackage(path.join(project, 'a/b'), 'tsx');
  expect(url).toBe(pathToFileURL(path.join(project, 'node_modules/tsx/api.mjs')).href);
  expect(fileURLToPath(url ?? '')).toContain(project);
  expect(resolvePackage(project, 'tsx', './nowhere')).toBeUndefined();
  expect(resolvePackage(project, 'not-installed')).toBeUndefined();
});
