import path from 'node:path';

import type { Metafile } from 'esbuild';

import { CliError } from '../cli-error.ts';
import { shown } from '../project.ts';
import type { BundleTarget } from './target.ts';

// What opens sockets or starts processes, and has nothing to do where a platform does that.
const PACKAGES = ['server', 'cluster', 'ssl'];
const PLATFORMS: Partial<Record<BundleTarget, string>> = { worker: 'a worker', lambda: 'a Lambda function' };
// Workers have these modules, so imports work, but not what they do.
const NOT_IN_WORKERS = ['child_process', 'cluster', 'dgram', 'http2', 'repl', 'worker_threads'];

/**
 * Refuses a bundle with parts of the framework that need a server.
 *
 * @throws CliError that names the part, and the file of the app that imports it
 */
export function assertAvailable(target: BundleTarget, metafile: Metafile, cwd: string): void {
  const platform = PLATFORMS[target];
  // Deno and Bun have what Node has.
  if (platform === undefined) return;
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? file : [])),
  );
  for (const name of PACKAGES) {
    const file = used.find((each) =>
      new RegExp(`[/\\\\](?:@blaizejs|packages)[/\\\\]${name}[/\\\\]`).test(each),
    );
    if (file === undefined) continue;
    const by = ownImporter(file, metafile, cwd);
    throw new CliError(
      `The target ${target} has no @blaizejs/${name}${by ? `, which ${by} imports` : ''}: ` +
        `${platform} opens no sockets. Create the app with createApp(), and keep ` +
        'what only a server needs in a file that only the server imports.',
    );
  }
}

/** Warnings about Node's modules that are there and do nothing. */
export function warningsFor(
  target: BundleTarget,
  { inputs }: Metafile,
  builtins: readonly string[],
  cwd: string,
): string[] {
  if (target !== 'worker') return [];
  return NOT_IN_WORKERS.map((name) => `node:${name}`)
    .filter((name) => builtins.includes(name))
    .map((name) => {
      const by = Object.entries(inputs).find(([, { imports }]) =>
        imports.some(({ path: to }) => to === name),
      );
      return `A worker has no ${name}, which ${by ? shown(path.resolve(cwd, by[0]), cwd) : 'the bundle'} imports: calls of it fail.`;
    });
}

/** The file of the app through which a file came into the bundle. */
function ownImporter(file: string, { inputs }: Metafile, cwd: string): string | undefined {
  const seen = new Set([file]);
  for (const reached of seen) {
    for (const [importer, { imports }] of Object.entries(inputs)) {
      if (seen.has(importer) || !imports.some(({ path: to }) => to === reached)) continue;
      if (isOwn(importer)) return shown(path.resolve(cwd, importer), cwd);
      seen.add(importer);
    }
  }
  return undefined;
}

function isOwn(input: string): boolean {
  return (
    !input.startsWith('..') && !/^[\w-]{2,}:/.test(input) && !input.split(/[/\\]/).includes('node_modules')
  );
}
