import path from 'node:path';

import type { Metafile } from 'esbuild';

import { CliError } from '../cli-error.ts';
import { shown } from '../project.ts';
import { nativePackages, usedFiles } from './native-addons.ts';
import type { BundleTarget } from './target.ts';

// What opens sockets or starts processes, and has nothing to do where a platform does that.
const PACKAGES = ['server', 'cluster', 'ssl'];
// What reads and writes files, by the folder of its sources, and what workers have instead.
const ON_DISK: Readonly<Record<string, string>> = {
  'middleware/static': 'Let the platform serve the files',
  'jobs/sqlite': "Use the platform's queues",
  'cache/disk': 'Use another store',
};
const PLATFORMS: Partial<Record<BundleTarget, string>> = { worker: 'a worker', lambda: 'a Lambda function' };
// Workers have these modules, so imports work, but not what they do.
const IN_MEMORY = ['node:fs', 'node:fs/promises'];
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
  const used = usedFiles(metafile);
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
  for (const [name, instead] of target === 'worker' ? Object.entries(ON_DISK) : []) {
    const [folder = '', part = ''] = name.split('/');
    const parts = new RegExp(
      `[/\\\\](?:@blaizejs|packages)[/\\\\]${folder}[/\\\\](?:src|dist)[/\\\\]${part}\\b(?!-)`,
    );
    const file = used.find((each) => parts.test(each));
    if (file === undefined) continue;
    const by = ownImporter(file, metafile, cwd);
    throw new CliError(
      `The target worker has no disk for @blaizejs/${name}${by ? `, which ${by} imports` : ''}. ${instead}, ` +
        'and keep this in a file that the worker does not import.',
    );
  }
}

/** Warnings about what a bundle contains, and will fail where it runs. */
export function warningsFor(
  target: BundleTarget,
  metafile: Metafile,
  builtins: readonly string[],
  cwd: string,
  outdir: string,
): string[] {
  const native = nativePackages(metafile, cwd);
  if (target !== 'worker') {
    const platform = target === 'lambda' ? ' --os=linux --cpu=x64' : '';
    return native.map(
      ({ name, version, loads }) =>
        `${name} loads ${loads} when it runs, which no bundle contains. Install it beside the bundle: ` +
        `npm install --prefix ${shown(outdir, cwd)}${platform} ${name}@${version}`,
    );
  }
  return [
    ...native.map(
      ({ name, loads }) =>
        `A worker loads no native addons, and ${name} needs ${loads}. Use a driver that works over HTTP, or with a binding.`,
    ),
    ...NOT_IN_WORKERS.map((name) => `node:${name}`)
      .filter((name) => builtins.includes(name))
      .map((name) => {
        const [by] = importersOf([name], metafile);
        return `A worker has no ${name}, which ${by ? shown(path.resolve(cwd, by), cwd) : 'the bundle'} imports: calls to it fail.`;
      }),
    // Packages look before they write; an app expects its own files there.
    ...importersOf(IN_MEMORY, metafile)
      .filter(isOwn)
      .map(
        (file) =>
          `A worker has no disk, and ${shown(path.resolve(cwd, file), cwd)} imports node:fs: files are in memory, and gone after a request.`,
      ),
  ];
}

function importersOf(names: readonly string[], metafile: Metafile): string[] {
  return usedFiles(metafile).filter((file) =>
    metafile.inputs[file]?.imports.some(({ path: to }) => names.includes(to)),
  );
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
