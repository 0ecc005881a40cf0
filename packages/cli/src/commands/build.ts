import path from 'node:path';

import { command } from '../command.ts';
import { count } from '../count.ts';
import { packageManagerOf } from '../package-manager.ts';
import { findEntry, findRouteFolders, shown, WHERE } from '../project.ts';

/** The option that locates a build. */
export const OUTDIR = {
  type: 'string',
  description: 'The folder of the build',
  valueHint: 'folder',
  default: 'dist',
} as const;

export const build = command(
  'blaize build',
  'Bundles a server and its routes for production, without installed packages',
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
