import path from 'node:path';

import { build } from 'esbuild';

const at = (file: string): string => path.join(import.meta.dirname, file);

/** Bundles the primary and the apps of the tests, with the sources of the framework: workers then start faster than through tsx. */
export async function bundle(outdir: string): Promise<void> {
  await bundleFiles(
    outdir,
    at('children/app.mjs'),
    at('children/metrics-app.mjs'),
    at('children/primary.mjs'),
  );
}

/** Bundles files, and what a worker runs. */
export async function bundleFiles(outdir: string, ...entries: string[]): Promise<void> {
  await build({
    entryPoints: [...entries, at('../src/worker-main.ts')],
    outdir,
    entryNames: '[name]',
    chunkNames: 'chunk-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@blaizejs/source'],
    logLevel: 'error',
    banner: {
      js: "import { createRequire as require_ } from 'node:module'; const require = require_(import.meta.url);",
    },
  });
}
