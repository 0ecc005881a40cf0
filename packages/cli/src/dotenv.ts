import path from 'node:path';
import { BlaizeError } from '@blaizejs/errors';
import { envFileNames, withEnvFiles } from '@blaizejs/config/env-files';

import { CliError } from './cli-error.ts';

/** How a command runs an app; `NODE_ENV` of the app. */
type Mode = 'development' | 'production';

/** The paths of the `.env` files, whether or not they exist. */
export function dotenvFiles(cwd: string, mode: Mode): readonly string[] {
  return envFileNames(mode).map((name) => path.join(cwd, name));
}

/**
 * The environment with the variables of the `.env` files, as `env()` of `@blaizejs/config` reads them. Variables that are already
 * set win.
 *
 * @param report called with what is wrong with the files, if it should not end the command
 * @throws CliError if a file can't be read, or has lines that are no variables
 */
export function withDotenv(
  cwd: string,
  env: NodeJS.ProcessEnv,
  mode: Mode,
  report?: (message: string) => void,
): NodeJS.ProcessEnv {
  try {
    return withEnvFiles(env, { dir: cwd, mode, ...(report && { report: ({ message }) => report(message) }) });
  } catch (error) {
    if (error instanceof BlaizeError) throw new CliError(error.message, { cause: error });
    throw error;
  }
}
