import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { build } from 'esbuild';

// Bundlers also apply the condition `module`, unless they are given conditions of their own.
const CONDITIONS = ['module', '@blaizejs/source'];

// What esbuild's documentation asks for where CommonJS packages require Node's modules.
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

/** Puts a file, and all that it imports, into one file that plain Node runs. */
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

/** Runs such a file, with nothing of vitest's in its environment. */
export function runPlainNode(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, args, { cwd, env: { PATH: process.env.PATH, ...env } });
}
