import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { CliError } from '../cli-error.ts';
import { packageManagerOf } from '../package-manager.ts';

/** The description of a build: `manifest.json` in its folder. */
export interface BuildManifest {
  /** The server file that was built, relative to the project's folder. */
  readonly entry: string;
  /** The file for Node to run, relative to the folder of the build. */
  readonly main: string;
  readonly routes: readonly BuiltRoute[];
  /** The `_middleware`, `_404` and `_error` files. */
  readonly folderFiles: readonly BuiltFile[];
  /** All files of the build except this one, relative to its folder. */
  readonly files: readonly string[];
}

/** A file of a folder of routes, in a build. */
export interface BuiltFile {
  /** Relative to the project's folder. */
  readonly file: string;
  /** Relative to the folder of the build. */
  readonly module: string;
}

/** A route file in a build. */
export interface BuiltRoute extends BuiltFile {
  /** Without the prefix of its folder. */
  readonly pattern: string;
}

export const MANIFEST = 'manifest.json';

/** The manifest of a build. @throws CliError if there is none */
export async function readBuildManifest(outdir: string): Promise<BuildManifest> {
  const file = path.join(outdir, MANIFEST);
  try {
    return JSON.parse(await readFile(file, 'utf8')) as BuildManifest;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const what = missing ? 'is missing' : `can't be read (${(cause as Error).message})`;
    throw new CliError(
      `There is no build in ${outdir}: its ${MANIFEST} ${what}. Create one: ${packageManagerOf(path.dirname(outdir)).blaize('build')}`,
      {
        cause,
      },
    );
  }
}
