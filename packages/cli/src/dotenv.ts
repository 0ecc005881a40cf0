import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

import { CliError } from './cli-error.ts';

/** The path of the file with variables for development. */
export function dotenvFile(cwd: string): string {
  return path.join(cwd, '.env');
}

/**
 * The environment with the variables of `.env`. As with `node --env-file`, variables that are already set win.
 *
 * @throws CliError if the file exists but can't be read
 */
export function withDotenv(cwd: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const file = dotenvFile(cwd);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return env;
    throw new CliError(`Cannot read ${file}: ${message}`, { cause });
  }
  return { ...parseEnv(text), ...env };
}
