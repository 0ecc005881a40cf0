import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { ConfigProblem } from './config-error.ts';
import { type Layer, placesOf, toLayer } from './layer.ts';
import { parseJson } from './parse-json.ts';
import type { Parsed } from './parsed.ts';
import { readText } from './read-text.ts';

/** A file of settings. `{mode}` in its path stands for the mode. */
export interface ConfigFile {
  /** Relative to `dir`. Its extension is its format: .yaml, .yml, .toml, .json, .ts, .mts, .js or .mjs */
  readonly path: string;
  /** Whether it may be missing. Default: false */
  readonly optional?: boolean | undefined;
}

const CODE = ['.ts', '.mts', '.js', '.mjs'];
const TEXT = ['.yaml', '.yml', '.toml', '.json'];

/** What is read if an app names no files: the last one wins. Each of them may be missing. */
const DEFAULTS: readonly { readonly stem: string; readonly extensions: readonly string[] }[] = [
  { stem: 'blaize.config', extensions: CODE },
  { stem: 'config/default', extensions: TEXT },
  { stem: 'config/{mode}', extensions: TEXT },
  { stem: 'config/local', extensions: TEXT },
];

/** Reads the files of a configuration, lowest first. */
export async function readConfigFiles(
  files: readonly (string | ConfigFile)[] | undefined,
  dir: string,
  mode: string,
  problems: ConfigProblem[],
): Promise<readonly Layer[]> {
  const layers: Layer[] = [];
  for (const { path: name, optional = false } of files?.map(asFile) ?? defaultFiles(dir, mode, problems)) {
    const layer = await readConfigFile(name.replaceAll('{mode}', mode), optional, dir, mode, problems);
    if (layer) layers.push(layer);
  }
  return layers;
}

function asFile(file: string | ConfigFile): ConfigFile {
  return typeof file === 'string' ? { path: file } : file;
}

function defaultFiles(dir: string, mode: string, problems: ConfigProblem[]): readonly ConfigFile[] {
  return DEFAULTS.flatMap(({ stem, extensions }) => {
    const named = stem.replace('{mode}', mode);
    const found = extensions
      .map((extension) => named + extension)
      .filter((file) => existsSync(path.join(dir, file)));
    if (found.length > 1) {
      problems.push({ path: '', from: found.join(', '), message: 'expected only one of these files' });
    }
    return found.slice(0, 1).map((file) => ({ path: file, optional: true }));
  });
}

async function readConfigFile(
  name: string,
  optional: boolean,
  dir: string,
  mode: string,
  problems: ConfigProblem[],
): Promise<Layer | undefined> {
  const file = path.resolve(dir, name);
  const extension = path.extname(file).toLowerCase();
  if (CODE.includes(extension)) {
    if (existsSync(file)) return readModule(file, name, mode, problems);
    if (!optional) problems.push({ path: '', from: name, message: 'there is no such file' });
    return undefined;
  }
  const read = readText(file);
  if (read === undefined) {
    if (!optional) problems.push({ path: '', from: name, message: 'there is no such file' });
    return undefined;
  }
  if ('problem' in read) {
    problems.push({ path: '', from: name, message: read.problem });
    return undefined;
  }
  return parseLayer(read.text, extension, name, problems);
}

/** The values of a document from elsewhere, or the first thing that is wrong with it. */
export async function parseDocument(
  text: string,
  format: 'json' | 'yaml' | 'toml',
  name: string,
): Promise<{ values: unknown; from: (path: readonly string[]) => string } | { problem: string }> {
  const parsed = await parse(text, `.${format}`);
  if ('values' in parsed) return { values: parsed.values, from: placesOf(name, parsed.lines) };
  const { line, message = 'it cannot be read' } = parsed.problems[0] ?? {};
  return { problem: line === undefined ? message : `line ${line}: ${message}` };
}

/** Makes a layer of a text in one of the formats. */
async function parseLayer(
  text: string,
  extension: string,
  name: string,
  problems: ConfigProblem[],
): Promise<Layer | undefined> {
  const parsed = await parse(text, extension);
  if ('problems' in parsed) {
    for (const { line, message } of parsed.problems) {
      problems.push({ path: '', from: line === undefined ? name : `${name}:${line}`, message });
    }
    return undefined;
  }
  return toLayer(parsed.values, placesOf(name, parsed.lines), problems);
}

async function parse(text: string, extension: string): Promise<Parsed> {
  if (extension === '.json') return parseJson(text);
  const isYaml = extension === '.yaml' || extension === '.yml';
  if (!isYaml && extension !== '.toml') {
    return { problems: [{ message: `expected a file whose name ends in ${[...TEXT, ...CODE].join(', ')}` }] };
  }
  try {
    if (isYaml) return (await import('./parse-yaml.ts')).parseYaml(text);
    return (await import('./parse-toml.ts')).parseToml(text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const library = isYaml ? 'yaml' : 'smol-toml';
    return { problems: [{ message: `reading it needs a library: npm install ${library}` }] };
  }
}

async function readModule(
  file: string,
  name: string,
  mode: string,
  problems: ConfigProblem[],
): Promise<Layer | undefined> {
  const url = pathToFileURL(file);
  // Node keeps modules for good. Only one that has changed is loaded again.
  url.searchParams.set('changed', String(statSync(file).mtimeMs));
  try {
    const { default: exported } = (await import(url.href)) as { default?: unknown };
    const values: unknown =
      typeof exported === 'function'
        ? await (exported as (about: { mode: string }) => unknown)({ mode })
        : exported;
    if (values === undefined) {
      problems.push({
        path: '',
        from: name,
        message: 'expected a default export: an object, or a function that returns one',
      });
      return undefined;
    }
    return toLayer(values, () => name, problems);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message =
      code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? 'this Node cannot load TypeScript: use Node 22.18 or later, tsx, or a .js file'
        : `it cannot be loaded: ${nameOf(error)}`;
    problems.push({ path: '', from: name, message });
    return undefined;
  }
}

/** The kind of an error, and the place in the file: a message may quote values. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it throws';
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.name;
}
