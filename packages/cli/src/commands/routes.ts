import { command } from '../command.ts';
import { needRouteFolders, tryEntry, WHERE } from '../project.ts';
import { type ListedRoute, loadRouteList } from '../route-list.ts';
import { table } from '../table.ts';

export const routes = command(
  'blaize routes',
  'Lists the routes of route files, with their middleware and schemas',
  { ...WHERE, json: { type: 'boolean', description: 'Writes JSON' } },
  async ({ entry, routes: named, json }, { cwd, print, say }) => {
    const folders = needRouteFolders(cwd, tryEntry(cwd, entry), named);
    const list = await loadRouteList(folders, cwd);
    if (json) {
      const shown = list.map(({ method, path, constraints, file, middleware, schemas }) => ({
        ...{ method, path, ...(constraints && { constraints }), file, middleware, schemas },
      }));
      print(JSON.stringify(shown, null, 2));
      return 0;
    }
    print(table([['METHOD', 'PATH', 'FILE', 'MIDDLEWARE', 'SCHEMAS'], ...list.map(toRow)]));
    say(
      'Routes and middleware added in code are not listed: router.addRoute(), prefixes, plugins, global middleware.',
    );
    return 0;
  },
);

function toRow({ method, path, constraints, file, middleware, schemas }: ListedRoute): string[] {
  return [
    method,
    constraints ? `${path} (${constraints})` : path,
    file,
    middleware.join(', ') || '-',
    schemas.join(', ') || '-',
  ];
}
