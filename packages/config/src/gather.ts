import { didYouMean, isSecretName } from '@blaizejs/errors/internal';
import type { Schema } from '@blaizejs/types';

import { readArgv } from './argv.ts';
import type { ConfigLogger, ConfigOrigin } from './config.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { type ConfigFile, readConfigFiles } from './config-files.ts';
import { childOf, type SchemaNode } from './describe-schema.ts';
import { modeOf, ownVariables, readEnvFiles, type Variables } from './dotenv.ts';
import { deepFreeze, isPlain } from './freeze.ts';
import { isSecret, messageWithout } from './hide-value.ts';
import { type Layer, type Merged, mergeLayers, originOf, toLayer, valueAt } from './layer.ts';
import { Secret } from './secret.ts';
import type { ConfigSource } from './source.ts';
import { type TextEntry, textLayer } from './text-layer.ts';
import { pathOf } from './validate.ts';

/** Checked options of `loadConfig()`. */
export interface GatherOptions {
  readonly schema: Schema;
  readonly root: SchemaNode;
  readonly dir?: string | undefined;
  readonly mode?: string | undefined;
  readonly files?: readonly (string | ConfigFile)[] | undefined;
  readonly sources: readonly ConfigSource[];
  readonly env?: string | undefined;
  readonly envFiles: boolean;
  readonly variables?: Variables | undefined;
  readonly argv: readonly string[];
  readonly sourceTimeout: number;
}

/** One state of a configuration. */
export interface Snapshot<T> {
  readonly values: T;
  readonly origins: readonly ConfigOrigin[];
}

/** Reads all sources of a configuration, as often as it is asked to. */
export class Gathering<T> {
  readonly #options: GatherOptions;
  /** What each source said last, in case it is away the next time. */
  readonly #last = new Map<ConfigSource, Layer>();

  constructor(options: GatherOptions) {
    this.#options = options;
  }

  get sources(): readonly ConfigSource[] {
    return this.#options.sources;
  }

  /** @throws ConfigError that lists every problem */
  async gather(logger: ConfigLogger): Promise<Snapshot<T>> {
    const { root, schema, dir = process.cwd(), variables = process.env, argv, files } = this.#options;
    const problems: ConfigProblem[] = [];
    const own = ownVariables(variables);
    const mode = modeOf(this.#options.mode, own, problems);
    const layers: Layer[] = [...(await readConfigFiles(files, dir, mode, problems))];
    layers.push(...(await this.#readSources(logger, problems)));
    const entries = this.#readVariables(dir, mode, own, problems);
    for (const layer of [
      textLayer(entries, root, 'the environment', problems),
      textLayer(readArgv(argv, root, problems), root, 'the command line', problems),
    ]) {
      if (layer) layers.push(layer);
    }
    const isComplete = problems.length === 0;
    const merged = mergeLayers(layers);
    refuseUnknown(merged.values, root, [], merged, problems);
    const result = await schema['~standard'].validate(merged.values);
    // What a rule about several values says are the app's words: only secrets are looked for.
    const secrets = leaves(merged.values)
      .filter(({ path, value }) => isSecret(path, value))
      .map(({ value }) => value);
    for (const issue of result.issues ?? []) {
      const path = pathOf(issue);
      const value = path.length === 0 ? secrets : valueAt(merged.values, path);
      const from = originOf(merged, path);
      const isSet = value !== undefined;
      // If a source could not be read, the value may be there.
      if (!isSet && !isComplete) continue;
      const message = `${isSet ? '' : 'it is not set. '}${messageWithout(issue, isSet ? value : secrets)}`;
      problems.push({ path: path.join('.'), from, message });
    }
    if (result.issues || problems.length > 0) throw new ConfigError('ERR_BLAIZE_CONFIG', problems);
    const values = deepFreeze(result.value) as T;
    return { values, origins: explain(merged, values) };
  }

  async #readSources(logger: ConfigLogger, problems: ConfigProblem[]): Promise<readonly Layer[]> {
    const layers = await Promise.all(
      this.sources.map((source) => this.#readSource(source, logger, problems)),
    );
    return layers.filter((layer) => layer !== undefined);
  }

  async #readSource(
    source: ConfigSource,
    logger: ConfigLogger,
    problems: ConfigProblem[],
  ): Promise<Layer | undefined> {
    const last = this.#last.get(source);
    let read;
    try {
      read = await within(this.#options.sourceTimeout, (signal) => source.load(signal));
    } catch (error) {
      const message = describe(error);
      if (last) logger.warn(`${source.name} is away, so its last values stay: ${message}`);
      else problems.push({ path: '', from: source.name, message });
      return last;
    }
    const layer =
      'entries' in read
        ? textLayer(read.entries, this.#options.root, source.name, problems)
        : toLayer(read.values, read.from ?? (() => source.name), problems);
    if (layer) this.#last.set(source, layer);
    return layer;
  }

  #readVariables(dir: string, mode: string, own: Variables, problems: ConfigProblem[]): readonly TextEntry[] {
    const { env, envFiles } = this.#options;
    if (env === undefined) return [];
    const found = new Map<string, TextEntry>();
    const add = (name: string, value: string | undefined, from: string): void => {
      if (!name.startsWith(`${env}__`) || value === undefined) return;
      found.delete(name);
      if (value !== '')
        found.set(name, { path: name.slice(env.length + 2).split('__'), value, from: `${name} in ${from}` });
    };
    if (envFiles) {
      for (const [name, entry] of readEnvFiles(dir, mode, problems)) add(name, entry.value, entry.from);
    }
    for (const [name, value] of Object.entries(own)) add(name, value, 'the environment');
    return [...found.values()];
  }
}

/** The messages of the sources are written to be shown. */
function describe(error: unknown): string {
  return error instanceof Error ? error.message : 'it failed';
}

async function within<T>(ms: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new Error(`there was no answer in ${ms} ms`));
    }, ms);
  });
  try {
    return await Promise.race([run(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function refuseUnknown(
  tree: unknown,
  node: SchemaNode,
  path: readonly string[],
  merged: Merged,
  problems: ConfigProblem[],
): void {
  if (!isPlain(tree) && !Array.isArray(tree)) return;
  for (const [key, value] of Object.entries(tree)) {
    const at = [...path, key];
    const known = childOf(node, key);
    if (known) refuseUnknown(value, known, at, merged, problems);
    else if (node.keys && node.open !== true && !Array.isArray(tree)) {
      const suggestion = didYouMean(key, [...node.keys.keys()]);
      problems.push({
        path: at.join('.'),
        from: originOf(merged, at),
        message: 'there is no such setting',
        suggestion,
      });
    }
  }
}

function explain(merged: Merged, values: unknown): readonly ConfigOrigin[] {
  const given = [...merged.origins].map(([key, [from = '', ...overrides]]) => {
    const path = key.split('\0');
    return {
      path: path.join('.'),
      value: shown(path, valueAt(merged.values, path), valueAt(values, path)),
      from,
      overrides,
    };
  });
  const fromSchema = leaves(values)
    .filter(({ path }) => originOf(merged, path) === undefined)
    .map(({ path, value }) => ({
      path: path.join('.'),
      value: shown(path, value, value),
      from: 'the schema',
      overrides: [],
    }));
  return [...given, ...fromSchema].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A value as it may be shown. A list or an object is hidden as a whole if something in it is a secret. */
function shown(path: readonly string[], given: unknown, result: unknown): unknown {
  const hasSecret = (value: unknown, depth = 0): boolean =>
    value instanceof Secret ||
    isSecret([], value) ||
    (depth < 8 &&
      (Array.isArray(value) || isPlain(value)) &&
      Object.entries(value).some(([key, item]) => isSecretName(key) || hasSecret(item, depth + 1)));
  return isSecret(path, given) || hasSecret(given) || hasSecret(result) || isInSecret(path)
    ? '[secret]'
    : given;
}

function isInSecret(path: readonly string[]): boolean {
  return path.some((part) => isSecretName(part));
}

/** The values of a configuration that are no objects, with their paths. */
export function leaves(
  tree: unknown,
  path: readonly string[] = [],
): { path: readonly string[]; value: unknown }[] {
  if (!isPlain(tree) || (Object.keys(tree).length === 0 && path.length > 0)) {
    return path.length === 0 || tree === undefined ? [] : [{ path, value: tree }];
  }
  return Object.entries(tree).flatMap(([key, value]) => leaves(value, [...path, key]));
}
