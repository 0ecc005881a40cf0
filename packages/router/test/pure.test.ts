import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import { expect, test } from 'vitest';

const entry = (name: string): string => fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));

/** What a bundle of an entry still imports, from Node or as a package of its own. */
async function importsLeft(name: string, platform: 'neutral' | 'browser'): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry(name)],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform,
    mainFields: ['browser', 'module', 'main'],
    conditions: ['@blaizejs/source', 'browser', 'import'],
    // Other packages of the framework answer for themselves.
    external: ['node:*', '@blaizejs/*', 'chokidar'],
    logLevel: 'silent',
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  return [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))].sort();
}

test.each([
  ['index', 'neutral'],
  ['index', 'browser'],
  ['internal', 'neutral'],
  ['internal', 'browser'],
] as const)('%s needs no file system, server or module loader (%s)', async (name, platform) => {
  const left = await importsLeft(name, platform);
  // find-my-way asserts; workers have that module of Node.
  expect(left.filter((path) => !path.startsWith('@blaizejs/errors') && path !== 'node:assert')).toEqual([]);
});

test('what makes routes is all that index loads', async () => {
  expect(await importsLeft('index', 'neutral')).toEqual([]);
});

test('files does need them', async () => {
  expect(await importsLeft('files', 'neutral')).toEqual(
    expect.arrayContaining(['chokidar', 'node:fs', 'node:module', 'node:path', 'node:url']),
  );
});
