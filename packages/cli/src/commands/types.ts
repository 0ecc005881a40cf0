import { findRouteFiles, RouteFiles, RouteSet, toFilePath } from '@blaizejs/router/files';

import { CliError } from '../cli-error.ts';
import { command } from '../command.ts';
import { count } from '../count.ts';
import { packageManagerOf } from '../package-manager.ts';
import { needRouteFolders, shown, tryEntry, WHERE } from '../project.ts';
import { fixPaths } from '../types/fix-path.ts';
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
      description: "Corrects route files that name another path than theirs: createGetRoute('/old', …)",
    },
  },
  async ({ entry: namedEntry, routes: named, check, fix }, { cwd, env, print }) => {
    const entry = tryEntry(cwd, namedEntry);
    const folders = needRouteFolders(cwd, entry, named);
    if (fix) {
      for (const folder of folders) {
        for (const { file, pattern, wildcard } of await findRouteFiles(folder)) {
          const served = toFilePath(pattern, wildcard);
          for (const wrong of await fixPaths(file, served))
            print(`${shown(file, cwd)}: ${wrong} is ${served} now.`);
        }
      }
    }
    const set = new RouteSet();
    const files = new RouteFiles(set);
    for (const folder of folders) await files.add(folder);
    const text = await describeRoutes(set.routes, cwd, entry);
    const file = shown(routeTypesFile(cwd), cwd);
    if (check) {
      if ((await readRouteTypes(cwd)) === text) return 0;
      throw new CliError(
        `${file} is not up to date. Write it: ${packageManagerOf(cwd, env).blaize('types')}`,
      );
    }
    const isNew = await writeRouteTypes(text, cwd);
    print(
      `${file} ${isNew ? 'has' : 'had'} the types of ${count(set.routes.length, 'route')}${isNew ? '' : ' already'}.`,
    );
    return 0;
  },
);
