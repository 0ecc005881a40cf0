import { BlaizeError } from '@blaizejs/errors';
import {
  checkOptions,
  flag,
  hasMethod,
  is,
  isObject,
  list,
  options,
  optional,
  orElse,
  record,
  text,
} from '@blaizejs/errors/internal';
import type { AnySchema, SchemaOutput } from '@blaizejs/types';

import type { Config, ConfigLogger } from './config.ts';
import type { ConfigFile } from './config-files.ts';
import { describeSchema } from './describe-schema.ts';
import type { Variables } from './dotenv.ts';
import { Gathering } from './gather.ts';
import { LiveConfig } from './live-config.ts';
import type { ConfigSource } from './source.ts';
import { isSchema } from './validate.ts';

/** Options of {@link loadConfig}. */
export interface LoadConfigOptions<S extends AnySchema> {
  /** A Standard Schema of the whole: `z.object({ port: z.number().default(3000) })`. Its defaults count least. */
  readonly schema: S;
  /** The folder of the files. Default: the current folder */
  readonly dir?: string | undefined;
  /** Default: `NODE_ENV` of the process, or `development` */
  readonly mode?: string | undefined;
  /**
   * The files, lowest first. Default: `blaize.config.ts` (or .mts, .js, .mjs), then `config/default.yaml`,
   * `config/<mode>.yaml` and
   * `config/local.yaml` (or .yml, .toml, .json), each if it is there
   */
  readonly files?: readonly (string | ConfigFile)[] | undefined;
  /** Other sources, lowest first: they win over files. Default: none */
  readonly sources?: readonly ConfigSource[] | undefined;
  /** The prefix of variables: with `APP`, `APP__DB__URL` is `db.url`. Default: the environment isn't read */
  readonly env?: string | undefined;
  /** Whether to read `.env` files for variables that the process does not have. Default: true */
  readonly envFiles?: boolean | undefined;
  /** The environment of the process. Default: `process.env` */
  readonly variables?: Variables | undefined;
  /** Arguments: `process.argv.slice(2)`. `--db.url=…` is `db.url`. They win over everything. Default: none */
  readonly argv?: readonly string[] | undefined;
  /** Time for each source, in milliseconds. Default: 10,000 */
  readonly sourceTimeout?: number | undefined;
  /** Default: `console` */
  readonly logger?: ConfigLogger | undefined;
}

const file = is<string | ConfigFile>(
  'the path of a file, or { path, optional }',
  (value) =>
    (typeof value === 'string' && value !== '') || (isObject(value) && typeof value['path'] === 'string'),
);

const check = options(
  {
    schema: is<AnySchema>('a Standard Schema: z.object({ … })', isSchema),
    dir: optional(text('the path of a folder')),
    mode: optional(text('a name: `production`')),
    files: optional(list(file, 'a list of files')),
    sources: orElse(
      list(
        is<ConfigSource>('a source: etcdSource(…)', (value) => hasMethod(value, 'load')),
        'a list of sources',
      ),
      [],
    ),
    env: optional(
      is<string>(
        'a prefix of letters, digits and _: `APP`',
        (value) => typeof value === 'string' && /^[A-Za-z]\w*$/.test(value),
      ),
    ),
    envFiles: orElse(flag, true),
    variables: optional(
      record(
        is<string | undefined>('a string', (value) => value === undefined || typeof value === 'string'),
        'an object',
      ),
    ),
    argv: orElse(
      list(
        is<string>('a string', (value) => typeof value === 'string'),
        'a list of arguments',
      ),
      [],
    ),
    sourceTimeout: orElse(
      is<number>(
        'a whole number of milliseconds above 0',
        (value) => Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < 2 ** 31,
      ),
      10_000,
    ),
    logger: optional(
      is<ConfigLogger>(
        'a logger',
        (value) => hasMethod(value, 'info') && hasMethod(value, 'warn') && hasMethod(value, 'error'),
      ),
    ),
  },
  'an object',
);

/**
 * Reads a configuration, in this order, in which later ones win: the defaults of the schema, the files, the other
 * sources, `.env` files, the environment, the command line. Objects are merged; lists and everything else are
 * replaced as a whole.
 *
 * @throws ConfigError `ERR_BLAIZE_CONFIG` that lists every problem with its place, and shows no values. ConfigurationError for wrong
 *   options
 */
export async function loadConfig<S extends AnySchema>(
  options: LoadConfigOptions<S>,
): Promise<Config<Readonly<SchemaOutput<S>>>> {
  const checked = checkOptions(check, options, 'loadConfig()');
  const { schema, logger = console } = checked;
  if (!isSchema(schema))
    throw new BlaizeError('ERR_BLAIZE_CONFIGURATION', 'loadConfig() expects a Standard Schema.');
  const gathering = new Gathering<Readonly<SchemaOutput<S>>>({
    ...checked,
    schema,
    root: describeSchema(schema),
  });
  const config = new LiveConfig(gathering, await gathering.gather(logger), logger);
  config.watch();
  return config;
}
