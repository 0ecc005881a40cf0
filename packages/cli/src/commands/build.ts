import path from 'node:path';
import { parseArgs } from 'node:util';

import { command } from '../command.ts';
import { type BundleTarget, findTargetEntry, TARGETS, toTarget } from '../build/target.ts';
import { count } from '../count.ts';
import { packageManagerOf } from '../package-manager.ts';
import { findEntry, findRouteFolders, shown, WHERE } from '../project.ts';
import type { World } from '../world.ts';

/** The option that locates a build. */
export const OUTDIR = {
  type: 'string',
  description: 'The folder of the build',
  valueHint: 'folder',
  default: 'dist',
} as const;

const TARGET = {
  type: 'string',
  description:
    'Where it runs. Elsewhere than on node, the app, its routes and its packages become one file, from src/worker.ts and the like',
  valueHint: TARGETS.join('|'),
  default: 'node',
} as const;

export const build = command(
  'blaize build',
  'Bundles a server and its routes for production, without installed packages',
  { ...WHERE, outdir: OUTDIR, target: TARGET },
  async ({ entry, routes, outdir, target: named }, world) => {
    const { cwd, env, print, say } = world;
    const begun = performance.now();
    const target = toTarget(named);
    if (target !== 'node') return buildTarget(target, { entry, routes, outdir }, world);
    const file = findEntry(cwd, entry);
    const folder = path.resolve(cwd, outdir);
    const routeFolders = findRouteFolders(cwd, file, routes);
    const { bundle } = await import('../build/bundle.ts');
    const { manifest, sources, bytes, warnings } = await bundle({
      cwd,
      entry: file,
      routeFolders,
      outdir: folder,
    });
    for (const warning of warnings) say(warning.trim());
    const { checkRoutes } = await import('../build/check-routes.ts');
    const { unchecked, routes: checked } = await checkRoutes(manifest, routeFolders, cwd, folder);
    for (const line of unchecked) say(line);
    // Where some routes are not known, the types would lack them.
    if (unchecked.length === 0 && checked.length > 0) {
      const { describeRoutes, writeRouteTypes } = await import('../types/write-route-types.ts');
      await writeRouteTypes(await describeRoutes(checked, cwd, file), cwd);
    }
    const from = routeFolders.map((each) => shown(each, cwd)).join(', ');
    const took = Math.round(performance.now() - begun);
    print(
      `Built ${shown(path.join(folder, manifest.main), cwd)} from ${manifest.entry}` +
        (from ? ` and ${count(manifest.routes.length, 'route file')} in ${from}` : '') +
        `: ${count(sources, 'source file')}, ${(bytes / 1024).toFixed(1)} KiB, in ${took} ms.`,
    );
    if (!from) say('Found no folder with routes. If the server reads one, name it with --routes.');
    const option = outdir === OUTDIR.default ? '' : ` --outdir ${outdir}`;
    print(`Start it: ${packageManagerOf(cwd, env).blaize(`start${option}`)}`);
    return 0;
  },
);

interface Where {
  readonly entry?: string | undefined;
  readonly routes?: string | undefined;
  readonly outdir: string;
}

async function buildTarget(
  target: BundleTarget,
  { entry, routes, outdir }: Where,
  { cwd, env, print, say }: World,
): Promise<number> {
  const file = findTargetEntry(target, cwd, entry);
  const routeFolders = findRouteFolders(cwd, file, routes);
  const { bundleTarget } = await import('../build/bundle-target.ts');
  const built = await bundleTarget({
    ...{ target, cwd, routeFolders },
    entry: file,
    outdir: path.resolve(cwd, outdir, target),
    conditions: conditionsOf([...process.execArgv, ...(env.NODE_OPTIONS?.split(/\s+/) ?? [])]),
  });
  for (const warning of built.warnings) say(warning.trim());
  const from = routeFolders.map((each) => shown(each, cwd)).join(', ');
  const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
  print(
    `Built ${shown(built.file, cwd)} from ${shown(file, cwd)}` +
      (from ? ` and ${count(built.routes, 'route file')} in ${from}` : '') +
      `: ${count(built.sources, 'source file')}, ${kib(built.bytes)}, ${kib(built.gzipped)} compressed.`,
  );
  if (target === 'lambda')
    print(`Its handlers: ${built.exports.map((name) => `lambda.${name}`).join(', ')}.`);
  else if (target === 'worker' && built.builtins.length > 0) {
    print(`It needs the compatibility flag nodejs_compat, for ${built.builtins.join(', ')}.`);
  }
  return 0;
}

/** The conditions that Node resolves packages with here. */
function conditionsOf(args: readonly string[]): string[] {
  const { values } = parseArgs({
    args: [...args],
    options: { conditions: { type: 'string', short: 'C', multiple: true } },
    strict: false,
  });
  return (values.conditions ?? []).filter((each) => typeof each === 'string');
}
