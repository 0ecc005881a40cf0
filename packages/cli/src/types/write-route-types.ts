import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { CliError } from '../cli-error.ts';
import { dependsOn, readManifest } from '../project.ts';
import { routeTypes, type TypedRoute } from './route-types.ts';

/** Where the declarations of an app are. */
export function routeTypesFile(cwd: string): string {
  return path.join(cwd, '.blaize', 'routes.d.ts');
}

// Apps that install single packages extend `Register` through one of these.
const REGISTRIES = ['blaizejs', '@blaizejs/router', '@blaizejs/server', '@blaizejs/types'];
// The server, or the app, that other files import.
const EXPORTED = /^[ \t]*export\s+(?:const|let|var)\s+(server|app)\b/m;

/**
 * The declarations of an app's routes.
 *
 * @param entry the server file, absolute; undefined if there is none
 */
export async function describeRoutes(
  routes: readonly TypedRoute[],
  cwd: string,
  entry: string | undefined,
): Promise<string> {
  const manifest = readManifest(cwd);
  const source = entry === undefined ? '' : await readFile(entry, 'utf8');
  const exportName = EXPORTED.exec(source)?.[1];
  return routeTypes(routes, {
    folder: path.dirname(routeTypesFile(cwd)),
    registry: REGISTRIES.find((name) => dependsOn(manifest, name)) ?? 'blaizejs',
    server: entry !== undefined && exportName !== undefined ? { file: entry, exportName } : undefined,
  });
}

/** Writes the declarations unless the file already has them, so that nothing recompiles. @returns whether it wrote */
export async function writeRouteTypes(text: string, cwd: string): Promise<boolean> {
  const file = routeTypesFile(cwd);
  if ((await readRouteTypes(cwd)) === text) return false;
  await mkdir(path.dirname(file), { recursive: true });
  // A compiler that reads the file at the same time must not see half of it.
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, text);
  await rename(unfinished, file);
  return true;
}

/** The current declarations; undefined if there are none. @throws CliError if `.blaize` is a file */
export async function readRouteTypes(cwd: string): Promise<string | undefined> {
  try {
    return await readFile(routeTypesFile(cwd), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') {
      const folder = path.dirname(routeTypesFile(cwd));
      throw new CliError(
        `${folder} is a file, and has to be a folder for what \`blaize\` writes. Rename the file.`,
      );
    }
    throw error;
  }
}
