import path from 'node:path';

import { command } from '../command.ts';
import { packageManagerOf } from '../package-manager.ts';
import { findEntry, findRouteFolders, shown, WHERE } from '../project.ts';

/** Where a build is. */
export const OUTDIR = {
  type: 'string',
  description: 'The folder of the build',
  valueHint: 'folder',
  default: 'dist',
} as const;

export const build = command(
  'blaize build',
  'Bundles a server with its routes for production; installed packages stay outside',
  { ...WHERE, outdir: OUTDIR },
  async ({ entry, routes, outdir }, { cwd, env, print, say }) => {
    const begun = performance.now();
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
      `${shown(path.join(folder, manifest.main), cwd)} has ${manifest.entry}` +
        (from ? ` and the ${count(manifest.routes.length, 'route file')} of ${from}` : '') +
        `: ${count(sources, 'file')} of source, ${(bytes / 1024).toFixed(1)} KiB, in ${took} ms.`,
    );
    if (!from) say('There is no folder with routes: a server that reads one needs it named with --routes.');
    const option = outdir === OUTDIR.default ? '' : ` --outdir ${outdir}`;
    print(`Start it: ${packageManagerOf(cwd, env).blaize(`start${option}`)}`);
    return 0;
  },
);

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
