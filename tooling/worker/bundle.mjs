import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

/** Modules that workers lack, and an app must not import. */
export const FORBIDDEN = [
  'http',
  'http2',
  'https',
  'net',
  'tls',
  'fs',
  'fs/promises',
  'child_process',
  'module',
  'os',
];

/**
 * Bundles the worker from source, with everything except Node's own modules.
 *
 * @returns {Promise<{ code: string, imports: string[], bytes: number }>} `imports`: the names of the remaining imports
 */
export async function bundleWorker() {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('worker.mjs', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@blaizejs/source', 'worker', 'import', 'default'],
    external: ['node:*', 'assert'],
    // find-my-way is CommonJS, and requires assert.
    alias: { assert: 'node:assert' },
    banner: { js: "import assert from 'node:assert'; const require = () => assert;" },
    logLevel: 'error',
  });
  const [output] = outputFiles;
  const imports = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  return {
    code: output?.text ?? '',
    imports: [...new Set(imports)].sort(),
    bytes: output?.contents.length ?? 0,
  };
}
