import path from 'node:path';

import { ConfigError, type ConfigProblem } from './config-error.ts';
import { type EnvEntry, parseEnvFile } from './parse-env-file.ts';
import { readText } from './read-text.ts';

/** Variables of a process: `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Which `.env` files to read. */
export interface EnvFileOptions {
  /** The folder of the files. Default: the current folder */
  readonly dir?: string | undefined;
  /** Which files apply: `.env.<mode>`. Default: `NODE_ENV` of the process, or `development` */
  readonly mode?: string | undefined;
}

// The names of the variables that a command has set from files, so that they are no "real" variables for whoever reads the
// files again: a file with a higher precedence, or one that has changed since, has to win.
const TAKEN = 'BLAIZE_ENV_FILE_NAMES';

/** The names of the files for a mode; the first one that sets a variable wins. */
export function envFileNames(mode: string): readonly string[] {
  return [`.env.${mode}.local`, '.env.local', `.env.${mode}`, '.env'];
}

/** Options of {@link withEnvFiles}. */
export interface WithEnvFilesOptions extends EnvFileOptions {
  /** Called with the problems of the files instead of throwing them; then what could be read is used. */
  readonly report?: ((error: ConfigError) => void) | undefined;
}

/**
 * The environment of a process, with the variables of the `.env` files of a folder; those that are already set win.
 *
 * @throws ConfigError `ERR_BLAIZE_ENV` if a file can't be read, or has lines that are no variables
 */
export function withEnvFiles(
  env: Variables,
  options: WithEnvFilesOptions = {},
): Record<string, string | undefined> {
  const problems: ConfigProblem[] = [];
  const own = ownVariables(env);
  const entries = readEnvFiles(options.dir ?? process.cwd(), modeOf(options.mode, own, problems), problems);
  if (problems.length > 0) {
    const error = new ConfigError('ERR_BLAIZE_ENV', problems);
    if (!options.report) throw error;
    options.report(error);
  }
  const names = [...entries.keys()].filter((name) => own[name] === undefined);
  const added = names.map((name) => [name, entries.get(name)?.value] as const);
  return { ...own, ...Object.fromEntries(added), ...(names.length > 0 && { [TAKEN]: names.join() }) };
}

/** The variables of a process, without those that a command took from files. */
export function ownVariables(env: Variables): Variables {
  const taken = env[TAKEN]?.split(',') ?? [];
  if (taken.length === 0) return env;
  const own = { ...env };
  for (const name of [TAKEN, ...taken]) delete own[name];
  return own;
}

/** The mode that chooses files. Its name becomes a part of theirs, so it must not lead out of the folder. */
export function modeOf(mode: string | undefined, env: Variables, problems: ConfigProblem[]): string {
  const [path, from, name] =
    mode === undefined
      ? ['NODE_ENV', 'the environment', env['NODE_ENV'] || 'development']
      : ['mode', 'options', mode];
  if (/^[a-z\d][\w-]{0,63}$/i.test(name)) return name;
  problems.push({ path, from, message: 'expected a name of letters, digits, - and _' });
  return 'development';
}

/** Reads the files of a folder. */
export function readEnvFiles(
  dir: string,
  mode: string,
  problems: ConfigProblem[],
): ReadonlyMap<string, EnvEntry> {
  const all = new Map<string, EnvEntry>();
  for (const name of envFileNames(mode).toReversed()) {
    const read = readText(path.join(dir, name));
    if (read === undefined) continue;
    if ('problem' in read) {
      problems.push({ path: '', from: name, message: read.problem });
      continue;
    }
    for (const [variable, entry] of parseEnvFile(read.text, name, problems)) {
      if (variable === TAKEN) continue;
      if (variable === 'NODE_ENV' && entry.value !== mode) {
        const message = `it chooses which files are read, here those for ${mode}, so it cannot be set in one`;
        problems.push({ path: variable, from: entry.from, message });
      }
      all.set(variable, entry);
    }
  }
  return all;
}
