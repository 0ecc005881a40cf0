import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

import { CliError } from './cli-error.ts';

/** Where an app has variables for development. */
export function dotenvFile(cwd: string): string {
  return path.join(cwd, '.env');
}

/**
 * The environment with what `.env` adds to it, as `node --env-file` does: what is set already wins.
 *
 * @throws CliError if the file is there and can't be read
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
