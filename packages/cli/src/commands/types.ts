import { findRouteFiles, toFilePath } from '@blaizejs/router/files';

import { CliError } from '../cli-error.ts';
import { command } from '../command.ts';
import { count } from '../count.ts';
import { packageManagerOf } from '../package-manager.ts';
import { needRouteFolders, shown, tryEntry, WHERE } from '../project.ts';
import { loadRoutes } from '../route-list.ts';
import { PathFixer } from '../types/path-fixer.ts';
import {
  describeRoutes,
  readRouteTypes,
  routeTypesFile,
  writeRouteTypes,
} from '../types/write-route-types.ts';

export const types = command(
  'blaize types',
  'Writes .blaize/routes.d.ts: the types of all route files, for clients and for the route files themselves',
  {
    ...WHERE,
    check: { type: 'boolean', description: 'Writes nothing, and fails if the file is not up to date' },
    fix: {
      type: 'boolean',
      description: "Corrects the path in route files that have moved: createGetRoute('/old', …)",
    },
  },
  async ({ entry: namedEntry, routes: named, check, fix }, { cwd, env, print }) => {
    const entry = tryEntry(cwd, namedEntry);
    const folders = needRouteFolders(cwd, entry, named);
    if (fix) {
      const fixer = new PathFixer(cwd, print);
      for (const folder of folders) {
        for (const { file, pattern, wildcard } of await findRouteFiles(folder)) {
          await fixer.fix(file, toFilePath(pattern, wildcard));
        }
      }
    }
    const loaded = await loadRoutes(folders);
    const text = await describeRoutes(loaded, cwd, entry);
    const file = shown(routeTypesFile(cwd), cwd);
    if (check) {
      if ((await readRouteTypes(cwd)) === text) return 0;
      throw new CliError(`${file} is out of date. Run ${packageManagerOf(cwd, env).blaize('types')}`);
    }
    const routeCount = count(loaded.length, 'route');
    const isNew = await writeRouteTypes(text, cwd);
    print(isNew ? `Wrote ${file}: ${routeCount}.` : `${file} is up to date: ${routeCount}.`);
    return 0;
  },
);
