import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, test } from 'vitest';

import { publicPackages } from '../workspace.mjs';
import { CONSUMERS } from './consumers.mjs';
import { declarationProblems } from './declarations.mjs';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'blaizejs-declarations-')));
afterAll(() => rmSync(folder, { recursive: true }));

const problems = declarationProblems(folder, CONSUMERS);

test('every library has a consumer in this test', () => {
  const libraries = publicPackages().filter(({ manifest }) => !manifest.bin);
  expect(Object.keys(CONSUMERS).sort()).toEqual(libraries.map(({ folder }) => folder).sort());
});

test.each(Object.keys(CONSUMERS))('a user of %s alone gets declarations', (name) => {
  expect(problems.get(name)).toEqual([]);
});

// Compiles twice.
test('a type that a package does not export is found', { timeout: 60_000 }, () => {
  const place = mkdtempSync(join(folder, 'x-'));
  const code = "import { reply } from '@blaizejs/context'; export const outcome = reply(200, null).headers;";
  const hidden =
    "import type { RequestContext } from '@blaizejs/context/internal'; export const f = (ctx: RequestContext) => ({ ...ctx.response });";
  expect(declarationProblems(place, { context: code }).get('context')).toEqual([]);
  expect(
    declarationProblems(mkdtempSync(join(folder, 'y-')), { context: hidden })
      .get('context')
      ?.join(),
  ).toContain('TS2742');
});
