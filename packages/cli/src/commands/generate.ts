import path from 'node:path';

import { askFor, askWhich } from '../ask.ts';
import { CliError, UsageError } from '../cli-error.ts';
import { command, group } from '../command.ts';
import { namesOf, type Style, styleOf, writeNew } from '../generate/files.ts';
import { middlewareSource, pluginSource } from '../generate/other-sources.ts';
import { registration } from '../generate/registration.ts';
import { METHODS } from '../generate/route-source.ts';
import { generateRoute, toFileName, toMethods } from '../generate/route.ts';
import { testSource } from '../generate/test-source.ts';
import { packageManagerOf } from '../package-manager.ts';
import { posix } from '../posix.ts';
import { findRouteFolders, needRouteFolders, shown, tryEntry, WHERE } from '../project.ts';
import { loadRouteList } from '../route-list.ts';
import type { World } from '../world.ts';

const FORCE = { type: 'boolean', description: 'Replaces an existing file' } as const;

const name = (description: string) => ({ type: 'positional', description, required: false }) as const;

const route = command(
  'blaize generate route',
  'Writes a route file for a path',
  {
    path: name('users/[id] or /users/:id'),
    methods: {
      type: 'string',
      description: `${METHODS.join(', ')}, separated by commas. Default: GET`,
      valueHint: 'list',
    },
    routes: WHERE.routes,
    force: FORCE,
  },
  async ({ path: given, methods, routes, force = false }, world) => {
    const { cwd, print } = world;
    const style = styleOf(cwd);
    const folder = findRouteFolders(cwd, tryEntry(cwd), routes)[0] ?? path.join(style.source, 'routes');
    const asked = await nameOf(given, 'Which path does it serve?', 'users/[id]', world);
    const wanted =
      methods ?? (given === undefined ? (await askWhich('Which methods?', METHODS, ['GET'])).join() : 'GET');
    const made = await generateRoute({
      cwd,
      folder,
      route: asked,
      methods: toMethods(wanted),
      force,
      style,
    });
    print(`Wrote ${shown(made.file, cwd)}, which is served at ${made.pattern}.`);
    return 0;
  },
);

const middleware = command(
  'blaize generate middleware',
  'Writes a middleware',
  { name: name('require-user'), force: FORCE },
  (args, world) =>
    simple({ ...args, folder: 'middleware', example: 'require-user' }, middlewareSource, world),
);

const plugin = command(
  'blaize generate plugin',
  'Writes a plugin, which starts and stops with the server',
  { name: name('database'), force: FORCE },
  (args, world) => simple({ ...args, folder: 'plugins', example: 'database' }, pluginSource, world),
);

const test = command(
  'blaize generate test',
  "Writes a test that calls the routes of a path, for vitest or Node's test runner",
  { path: name('users/[id] or /users/:id'), routes: WHERE.routes, force: FORCE },
  async ({ path: given, routes, force = false }, world) => {
    const { cwd, print } = world;
    const style = styleOf(cwd);
    const folders = needRouteFolders(cwd, tryEntry(cwd), routes);
    const asked = await nameOf(given, 'Which path does it test?', 'users/[id]', world);
    const wanted = toFileName(asked);
    const list = await loadRouteList(folders, cwd);
    const found = list.filter(({ file }) => folders.some((folder) => pathOf(file, folder, cwd) === wanted));
    const [first] = found;
    const folder = folders.find((each) => first && pathOf(first.file, each, cwd) === wanted);
    if (!first || folder === undefined) {
      const make = packageManagerOf(cwd).blaize(`generate route '${wanted}'`);
      throw new CliError(
        `No route file serves "${asked}". The routes are ${[...new Set(list.map(({ path: each }) => each))].join(', ')}. ` +
          `Generate it first: ${make}`,
      );
    }
    const file = path.join(cwd, 'test/routes', `${wanted || 'index'}.test${style.extension}`);
    const routesDir = posix(path.relative(path.dirname(file), folder));
    await writeNew(file, await testSource(found, { file, routesDir, style }), cwd, force);
    print(
      `Wrote ${shown(file, cwd)}, which calls ${found.map(({ method }) => method).join(', ')} ${first.path}.`,
    );
    return 0;
  },
);

export const generate = group(
  'blaize generate',
  'Writes a starting point: a route, a middleware, a plugin or a test',
  {
    route,
    middleware,
    plugin,
    test,
  },
);

interface Simple {
  readonly name: string | undefined;
  readonly force: boolean | undefined;
  readonly folder: 'middleware' | 'plugins';
  readonly example: string;
}

async function simple(
  { name: given, force = false, folder, example }: Simple,
  source: (name: string, style: Style) => string,
  world: World,
): Promise<number> {
  const { cwd, print } = world;
  const style = styleOf(cwd);
  const asked = await nameOf(given, 'What is its name?', example, world);
  const file = path.join(style.source, folder, namesOf(asked).kebab + style.extension);
  await writeNew(file, source(asked, style), cwd, force);
  print(`Wrote ${shown(file, cwd)}, which exports ${namesOf(asked).camel}.`);
  print(registration(folder, namesOf(asked).camel, file, cwd));
  return 0;
}

/** @throws UsageError if none is given and there is no terminal to ask for it */
async function nameOf(
  given: string | undefined,
  question: string,
  example: string,
  { terminal }: World,
): Promise<string> {
  if (given !== undefined) return given;
  if (terminal) return askFor(question, example);
  throw new UsageError(`A name is required, such as ${example}.`);
}

/** The path of a route file below its folder, in the form of {@link toFileName}. */
function pathOf(file: string, folder: string, cwd: string): string | undefined {
  const relative = posix(path.relative(folder, path.resolve(cwd, file)));
  return relative.startsWith('..') ? undefined : toFileName(relative);
}
