import { build } from 'esbuild';

/** Options for bundling programs. */
interface BundleOptions {
  /** Packages that are loaded when the programs run. */
  readonly external?: string[];
  /** Default: `.mjs`. */
  readonly extension?: '.js' | '.mjs';
}

/**
 * Bundles programs for plain Node, with the sources of the framework: workers of `node:cluster` hang if they load TypeScript
 * through tsx.
 *
 * @param entries paths, or paths by the names of the programs
 */
export async function bundleForNode(
  entries: string[] | Record<string, string>,
  folder: string,
  { external = [], extension = '.mjs' }: BundleOptions = {},
): Promise<void> {
  await build({
    entryPoints: entries,
    outdir: folder,
    entryNames: '[name]',
    chunkNames: 'chunk-[hash]',
    outExtension: { '.js': extension },
    external,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Bundlers apply `module` by themselves only if no conditions are given.
    conditions: ['module', '@blaizejs/source'],
    // CommonJS packages require Node's modules.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
}
