import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { bundleTarget, type TargetBundle } from '../src/build/bundle-target.ts';

const HELLO = path.resolve(import.meta.dirname, '../../../tooling/runtimes/hello');
/** Bytes, compressed: as in tooling/runtimes/check.mjs. */
const LIMIT = 30_000;

async function built(target: 'worker' | 'lambda'): Promise<TargetBundle> {
  const outdir = await mkdtemp(path.join(tmpdir(), 'blaize-hello-'));
  onTestFinished(() => rm(outdir, { recursive: true }));
  const entry = path.join(HELLO, `${target}.ts`);
  const conditions = ['@blaizejs/source'];
  return bundleTarget({ target, cwd: HELLO, entry, routeFolders: [], outdir, conditions });
}

/** The modules of the framework that a bundle has code of: `app/src/send.ts`. */
async function modulesOf({ file }: TargetBundle): Promise<string[]> {
  const { sources } = JSON.parse(await readFile(`${file}.map`, 'utf8')) as { readonly sources: string[] };
  return sources.flatMap((source) => source.split('/packages/')[1] ?? []).sort();
}

test.each(['worker', 'lambda'] as const)('an app with one route is small as a %s', async (target) => {
  expect((await built(target)).gzipped).toBeLessThan(LIMIT);
});

// What belongs to a feature that an app has to name should not be here: left-out.ts explains how it stays out.
test('an app with one route has only the modules that every app needs', async () => {
  const modules = await modulesOf(await built('worker'));
  await expect(`${modules.join('\n')}\n`).toMatchFileSnapshot('hello-modules.txt');
});
