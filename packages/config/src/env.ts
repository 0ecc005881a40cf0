import { BlaizeError } from '@blaizejs/errors';
import {
  checkOptions,
  didYouMean,
  flag,
  is,
  options,
  optional,
  orElse,
  record,
  text,
} from '@blaizejs/errors/internal';
import type { AnySchema, SchemaOutput } from '@blaizejs/types';

import { ConfigError, type ConfigProblem } from './config-error.ts';
import { describeSchema } from './describe-schema.ts';
import { modeOf, ownVariables, readEnvFiles, type EnvFileOptions, type Variables } from './dotenv.ts';
import { deepFreeze } from './freeze.ts';
import { isSecret, messageWithout } from './hide-value.ts';
import type { EnvEntry } from './parse-env-file.ts';
import { type Issue, isSchema, pathOf } from './validate.ts';

/** Options of {@link env}. */
export interface EnvOptions extends EnvFileOptions {
  /** Whether to read `.env` files. Default: true */
  readonly files?: boolean | undefined;
  /** The environment of the process. Default: `process.env` */
  readonly variables?: Variables | undefined;
}

const PROCESS = 'the environment';

const check = options(
  {
    dir: optional(text('the path of a folder')),
    mode: optional(text('a name: `production`')),
    files: orElse(flag, true),
    variables: optional(
      record(
        is<string | undefined>('a string', (value) => value === undefined || typeof value === 'string'),
        'an object',
      ),
    ),
  },
  'an object',
);

/**
 * Reads the environment: what the process was started with, then the files `.env.<mode>.local`, `.env.local`,
 * `.env.<mode>` and
 * `.env`, of which the first one that sets a variable wins. A variable that is empty counts as not set.
 *
 * @param schema a Standard Schema of an object: `z.object({ PORT: z.coerce.number().default(3000) })`
 * @returns what the schema returns, frozen
 * @throws ConfigError `ERR_BLAIZE_ENV` that lists every problem, and shows no values. ConfigurationError for wrong options
 */
export function env<S extends AnySchema>(schema: S, options: EnvOptions = {}): Readonly<SchemaOutput<S>> {
  const { dir = process.cwd(), mode, files, variables = process.env } = checkOptions(check, options, 'env()');
  if (!isSchema(schema)) {
    throw new BlaizeError(
      'ERR_BLAIZE_CONFIGURATION',
      'env() expects a Standard Schema of an object: env(z.object({ … })).',
    );
  }
  const problems: ConfigProblem[] = [];
  const own = ownVariables(variables);
  const chosen = modeOf(mode, own, problems);
  const entries = files ? readEnvFiles(dir, chosen, problems) : new Map<string, EnvEntry>();
  const known = describeSchema(schema).keys;
  const given = takeGiven(own, entries);
  const input = Object.fromEntries(
    [...(known?.keys() ?? given.keys())].flatMap((name) => {
      const value = given.get(name)?.value;
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const result = schema['~standard'].validate(input);
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new BlaizeError(
      'ERR_BLAIZE_ENV',
      'The schema of env() is asynchronous: env() needs the result at once.',
    );
  }
  for (const issue of result.issues ?? []) problems.push(problemOf(issue, given));
  if (problems.length > 0) throw new ConfigError('ERR_BLAIZE_ENV', problems);
  if (known) warnOfSlips([...known.keys()], entries, given);
  return deepFreeze(result.issues ? undefined : result.value) as SchemaOutput<S>;
}

/** What is set, by name. */
function takeGiven(own: Variables, entries: ReadonlyMap<string, EnvEntry>): ReadonlyMap<string, EnvEntry> {
  const given = new Map(entries);
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined) given.set(name, { value, from: PROCESS });
  }
  for (const [name, { value }] of given) if (value === '') given.delete(name);
  return given;
}

function problemOf(issue: Issue, given: ReadonlyMap<string, EnvEntry>): ConfigProblem {
  const [name = '', ...rest] = pathOf(issue);
  const entry = given.get(name);
  if (name === '') {
    // A rule about several variables: its words are the app's. Only secrets are looked for.
    const secrets = [...given]
      .filter(([of, { value }]) => isSecret([of], value))
      .map(([, { value }]) => value);
    return { path: '', message: messageWithout(issue, secrets) };
  }
  const path = [name, ...rest].join('.');
  if (entry) return { path, from: entry.from, message: messageWithout(issue, entry.value) };
  const suggestion = suggest(name, given);
  return { path, message: `it is not set. ${messageWithout(issue, '')}`, ...(suggestion && { suggestion }) };
}

function suggest(name: string, given: ReadonlyMap<string, EnvEntry>): string | undefined {
  const meant = didYouMean(name, [...given.keys()]);
  const close = [...given.keys()].find((other) => meant?.includes(`\`${other}\``));
  const from = close === undefined ? undefined : given.get(close)?.from;
  return from === undefined ? undefined : `${from} sets \`${close}\`: is that a slip?`;
}

/** A misspelt variable with a default would never be noticed. It's no error: other programs may read the same files. */
function warnOfSlips(
  known: readonly string[],
  entries: ReadonlyMap<string, EnvEntry>,
  given: ReadonlyMap<string, EnvEntry>,
): void {
  const unset = known.filter((name) => !given.has(name));
  for (const [name, { from }] of entries) {
    const meant = known.includes(name) ? undefined : didYouMean(name, unset);
    if (meant === undefined) continue;
    process.emitWarning(`${from} sets ${name}, which the schema of the environment does not have. ${meant}`, {
      code: 'BLAIZE_ENV_SLIP',
    });
  }
}
