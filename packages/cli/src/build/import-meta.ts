import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { Plugin } from 'esbuild';

import { posix } from '../posix.ts';
import { virtual } from './virtual-modules.ts';

// In the bundle, each file keeps the `import.meta` of its source, so paths that are built from it lead to the same places,
// wherever the project's folder is then.

const PROPERTIES = ['url', 'filename', 'dirname', 'main'] as const;

/** The name of the module that knows the URL of the project's folder. */
export const ROOT = 'root';
/** The prefix of the module that has the `import.meta` of a file. */
export const META = 'import-meta:';

/** The names that replace `import.meta.url` and the like. Each file imports them. */
export const importMetaNames: Readonly<Record<string, string>> = Object.fromEntries(
  PROPERTIES.map((name) => [`import.meta.${name}`, `__blaize_${name}`]),
);

/** Makes files import these names. */
export const importingMeta: Plugin = {
  name: 'importing-meta',
  setup: (build) => {
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      if (!source.includes('import.meta')) return undefined;
      const names = PROPERTIES.map((name) => `${name} as __blaize_${name}`).join(', ');
      // At the end, so that line numbers stay. Imports are evaluated first, wherever they are.
      const contents = `${source}\nimport { ${names} } from ${JSON.stringify(virtual(META + file))};\n`;
      return { contents, loader: 'default', resolveDir: path.dirname(file) };
    });
  },
};

/** The code of {@link ROOT}. All built files are directly in `outdir`. */
export function rootSource(cwd: string, outdir: string): string {
  const up = posix(path.relative(outdir, cwd)) || '.';
  // A literal `import.meta.url` would be replaced here too.
  return `const meta = import.meta;\nexport const root = new URL(${JSON.stringify(`${up}/`)}, meta.url);\n`;
}

/** The code of {@link META} for a file. */
export function metaSource(file: string, cwd: string, isMain: boolean): string {
  return [
    "import { dirname as folderOf } from 'node:path';",
    "import { fileURLToPath } from 'node:url';",
    `import { root } from ${JSON.stringify(virtual(ROOT))};`,
    `export const url = ${urlBelowRoot(file, cwd)}.href;`,
    'export const filename = fileURLToPath(url);',
    'export const dirname = folderOf(filename);',
    `export const main = ${isMain};`,
  ].join('\n');
}

/** An expression for the URL of a file, for code that imports `root`. */
export function urlBelowRoot(file: string, cwd: string): string {
  const relative = posix(path.relative(cwd, file)).split('/').map(encodeURIComponent).join('/');
  return `new URL(${JSON.stringify(`./${relative}`)}, root)`;
}
