import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { publicPackages, readManifest } from '../workspace.mjs';
import { FOLDER, reports } from './report.mjs';

/** @import { Member } from '../workspace.mjs' */

const current = await reports(publicPackages());
const kept = readdirSync(FOLDER);

it.each(publicPackages().map(({ folder }) => folder))(
  'the API of %s matches its report; after an intended change, run `pnpm api:update`',
  (folder) => {
    const file = `${folder}.md`;
    expect(current.get(folder)).toBe(
      kept.includes(file) ? readFileSync(join(FOLDER, file), 'utf8') : undefined,
    );
  },
);

it('there is no report of a package that was removed; `pnpm api:update` deletes it', () => {
  expect(kept).toEqual(expect.arrayContaining([...current.keys()].map((folder) => `${folder}.md`)));
  expect(kept).toHaveLength(current.size);
});

describe('a report', () => {
  // The compiler reports real paths.
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'api-')));
  afterAll(() => rmSync(root, { recursive: true }));

  /** @param {string} folder @param {Record<string, string>} sources by path in `src/` @returns {Member} */
  const write = (folder, sources) => {
    const dir = join(root, folder);
    const entries = Object.keys(sources).filter((path) => !path.includes('/'));
    const manifest = {
      name: `@fixture/${folder}`,
      type: 'module',
      exports: Object.fromEntries(
        entries.map((path) => [
          path === 'index.ts' ? '.' : `./${path.slice(0, -3)}`,
          { '@blaizejs/source': `./src/${path}`, default: `./dist/${path}` },
        ]),
      ),
    };
    for (const [path, text] of Object.entries({
      ...prefixed(sources),
      'package.json': JSON.stringify(manifest),
    })) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    mkdirSync(join(root, 'node_modules/@fixture'), { recursive: true });
    symlinkSync(dir, join(root, 'node_modules/@fixture', folder), 'junction');
    return { folder, path: folder, dir, manifest: readManifest(dir) };
  };
  const prefixed = (/** @type {Record<string, string>} */ sources) =>
    Object.fromEntries(Object.entries(sources).map(([path, text]) => [`src/${path}`, text]));

  // Slow, since the compiler reads the types of the language and of Node again.
  it(
    'has each declaration once, at its home, and the declarations that it names',
    { timeout: 60_000 },
    async () => {
      const a = write('a', {
        'index.ts': [
          `export { size as length, type Shape } from './parts/shape.ts';`,
          `export interface Public { shape: Shape }`,
          `import type { Shape } from './parts/shape.ts';`,
          `declare global { interface Window { fixture: Public } }`,
        ].join('\n'),
        'parts/shape.ts': [
          `/** Not in the report. */`,
          `interface Hidden { width: number }`,
          `export type Shape = Hidden & { height?: number };`,
          `export function size(shape: Shape) { return shape.width + (shape.height ?? 0); }`,
          `export interface Unnamed { a: 1 }`,
        ].join('\n'),
        'extra.ts': `export * from './index.ts'; export const extra = [1];`,
        'internal.ts': `export interface Secret { a: 1 }`,
      });
      const b = write('b', { 'index.ts': `export * from '@fixture/a'; export type { Own }; class Own {}` });
      const texts = await reports([a, b]);
      expect(texts.get('a')).toBe(`# Public API of @fixture/a

Written by \`pnpm api:update\`. A change here is a change for users.

## \`@fixture/a\`

\`\`\`ts
declare global {
  interface Window {
    fixture: Public;
  }
}
interface Public {
  shape: Shape;
}

type Shape = Hidden & {
  height?: number;
};

function size(shape: Shape): number;
export { size as length };
\`\`\`

## \`@fixture/a/extra\`

- re-export from \`@fixture/a\`: \`*\`

\`\`\`ts
const extra: number[];
\`\`\`

## Not exported, but named above

\`\`\`ts
interface Hidden {
  width: number;
}
\`\`\`
`);
      expect(texts.get('b')).toBe(`# Public API of @fixture/b

Written by \`pnpm api:update\`. A change here is a change for users.

## \`@fixture/b\`

- re-export from \`@fixture/a\`: \`*\`

\`\`\`ts
class Own {}
export type { Own };
\`\`\`
`);
    },
  );
});
