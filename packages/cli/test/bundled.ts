import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { build } from 'esbuild';

// Bundlers also apply the condition `module`, unless conditions are specified.
const CONDITIONS = ['module', '@blaizejs/source'];

// From esbuild's documentation, for CommonJS packages that require Node's modules.
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

/** Bundles a file and everything that it imports into one file for plain Node. */
export async function bundled(entry: string, outfile: string, external: string[] = []): Promise<void> {
  const isModule = outfile.endsWith('.mjs');
  await build({
    entryPoints: [entry],
    outfile,
    external,
    bundle: true,
    platform: 'node',
    format: isModule ? 'esm' : 'cjs',
    conditions: CONDITIONS,
    banner: isModule ? { js: REQUIRE } : {},
    logLevel: 'silent',
  });
}

/** Runs plain Node, without vitest's environment variables. */
export function runPlainNode(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, args, { cwd, env: { PATH: process.env.PATH, ...env } });
}
