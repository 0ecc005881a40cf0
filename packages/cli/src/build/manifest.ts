import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { CliError } from '../cli-error.ts';
import { packageManagerOf } from '../package-manager.ts';

/** What is known of a build: `manifest.json` in its folder. */
export interface BuildManifest {
  /** The server file that was built, from the project's folder. */
  readonly entry: string;
  /** What Node runs, in the folder of the build. */
  readonly main: string;
  readonly routes: readonly BuiltRoute[];
  /** All that was written besides this file, in the folder of the build. */
  readonly files: readonly string[];
}

/** A route file in a build. */
export interface BuiltRoute {
  /** From the project's folder. */
  readonly file: string;
  /** Below what its folder is served under. */
  readonly pattern: string;
  /** In the folder of the build. */
  readonly module: string;
}

export const MANIFEST = 'manifest.json';

/** The manifest of a build. @throws CliError if there is none */
export async function readBuildManifest(outdir: string): Promise<BuildManifest> {
  const file = path.join(outdir, MANIFEST);
  try {
    return JSON.parse(await readFile(file, 'utf8')) as BuildManifest;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const what = missing ? 'is not there' : `can't be read (${(cause as Error).message})`;
    throw new CliError(
      `There is no build in ${outdir}: its ${MANIFEST} ${what}. Make one: ${packageManagerOf(path.dirname(outdir)).blaize('build')}`,
      {
        cause,
      },
    );
  }
}
