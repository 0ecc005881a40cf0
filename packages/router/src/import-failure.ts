import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { RouteLoadError } from '@blaizejs/errors';

import { specifiersOf } from './entry-imports.ts';
import { unstamped } from './module-url.ts';

/** The place at which an import failed, as far as it is known. */
interface Place {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly message: string;
}

interface Failure {
  readonly error: unknown;
  readonly message: string;
  readonly stack: string;
}

// Asking Node for the place of a syntax error costs a process for each file.
const MAX_CHECKED = 10;
const CHECK_TIMEOUT = 5_000;

// `file:///x.ts:3`, some lines of source, `   ^^^`
const SNIPPET = /^((?:file:|\/|[A-Za-z]:[\\/])[^\n]*?):(\d+)\n(?:(?! *\^)[^\n]*\n){1,8}?( *)\^/;
const PLACE = /^(.*):(\d+):(\d+)$/;
const FRAME = /[ (]((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/;
// Undefined in a CommonJS bundle.
const OURS: string | undefined = import.meta.dirname;

/** A route file, and why it did not load. */
export interface FailedLoad {
  /** Absolute. */
  readonly file: string;
  readonly reason: unknown;
}

/**
 * Groups route files that failed for the same reason, as all importers of a broken module do. Node 20 rejects them all with
 * one error object. From Node 22 on, each importer may get its own error, so files are also grouped by the place that the
 * error names. Equal messages alone are not enough: Node may not say in which file it found a syntax error.
 */
export function groupByReason(failures: readonly FailedLoad[]): FailedLoad[][] {
  const groups = new Map<unknown, FailedLoad[]>();
  for (const failure of failures) {
    const { reason } = failure;
    const key = reason instanceof Error ? (placeNamedIn(reason) ?? reason) : failure;
    const group = groups.get(key);
    if (group) group.push(failure);
    else groups.set(key, [failure]);
  }
  return [...groups.values()];
}

/** The place and problem that an error itself names. */
function placeNamedIn(reason: Error): string | undefined {
  const place = namedPlace(toFailure(reason));
  return place && [place.file, place.line, place.column, place.message].join(':');
}

function toFailure(error: unknown): Failure {
  return {
    error,
    message: clean(error instanceof Error ? error.message : error),
    stack: clean(error instanceof Error ? error.stack : ''),
  };
}

function namedPlace(failure: Failure): Place | undefined {
  return fromBundler(failure) ?? fromMissingModule(failure) ?? fromSnippet(failure);
}

/**
 * Creates the error for a route file that did not load, with the place and the reason.
 *
 * @param route absolute
 * @param suspects the files that may have caused a syntax error
 * @param others route files that did not load for the same reason
 */
export async function toRouteLoadError(
  error: unknown,
  route: string,
  suspects: readonly string[] = [],
  others: readonly string[] = [],
): Promise<RouteLoadError> {
  const failure = toFailure(error);
  const { file, line, column, message } = namedPlace(failure) ??
    fromStack(failure) ??
    (await fromSyntaxCheck(failure, suspects)) ?? { file: route, message: failure.message };
  const place = [relative(file), line, line === undefined ? undefined : column].filter(Boolean).join(':');
  const failed = new RouteLoadError(
    route,
    `Route ${namesOf(route, others)} did not load: ` +
      (line === undefined && file === route ? '' : `${place}: `) +
      (firstLine(message).replaceAll(process.cwd() + path.sep, '') + adviceFor(error, file)),
    { cause: error },
  );
  // Its own stack shows only the framework. The app's frames are more helpful.
  const frames = line === undefined ? [] : [`${file}:${line}:${column ?? 1}`, ...ownFrames(failure.stack)];
  failed.stack = [`${failed.name}: ${failed.message}`, ...new Set(frames)].join('\n    at ');
  return failed;
}

/** Errors of esbuild (through tsx, which keeps only the text), and of Vite's bundler. */
function fromBundler({ message }: Failure): Place | undefined {
  const esbuild = /^(.+?):(\d+):(\d+): ERROR: (.*)$/m.exec(message);
  if (esbuild) {
    const [, file = '', line, column, text = ''] = esbuild;
    return { file: toPath(file), line: Number(line), column: Number(column) + 1, message: text };
  }
  const vite = /\[PARSE_ERROR\] (.*)[\s\S]*?\[ (\S+):(\d+):(\d+) \]/.exec(message);
  if (!vite) return undefined;
  const [, text = '', file = '', line, column] = vite;
  return { file: path.resolve(file), line: Number(line), column: Number(column), message: text };
}

function fromMissingModule({ message }: Failure): Place | undefined {
  const found = /^Cannot find (?:module|package) '([^']+)' imported from (.+)$/m.exec(message);
  if (!found) return undefined;
  const [, missing = '', importer = ''] = found;
  const file = toPath(importer);
  const name = path.basename(missing);
  let lines: string[] = [];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch {
    // The importer was deleted too.
  }
  const index = lines.findIndex((line) => specifiersOf(line).some((each) => path.basename(each) === name));
  return { file, line: index < 0 ? undefined : index + 1, message };
}

/** Errors of V8 and of Node's own TypeScript loader, whose stack begins with the place and the source. */
function fromSnippet({ stack, message }: Failure): Place | undefined {
  const found = SNIPPET.exec(stack);
  if (!found) return undefined;
  const [, file = '', line, indent = ''] = found;
  return { file: toPath(file), line: Number(line), column: indent.length + 1, message };
}

/** Errors thrown while a module was evaluated: the innermost frame in the project. */
function fromStack({ stack, message }: Failure): Place | undefined {
  const [, file = '', line, column] = PLACE.exec(ownFrames(stack)[0] ?? '') ?? [];
  return file === '' ? undefined : { file, line: Number(line), column: Number(column), message };
}

/** The places in a stack that are not in Node, an installed package, or the router. */
function ownFrames(stack: string): string[] {
  return stack.split('\n').flatMap((frame) => {
    const [, url, line, column] = FRAME.exec(frame) ?? [];
    if (url === undefined) return [];
    const file = toPath(url);
    const own = !relative(file).includes('node_modules') && path.dirname(file) !== OURS;
    return own ? `${file}:${line}:${column}` : [];
  });
}

/** Node names the place of a syntax error in JavaScript only if it checks the file alone. */
async function fromSyntaxCheck(
  { error, message }: Failure,
  suspects: readonly string[],
): Promise<Place | undefined> {
  if (!(error instanceof SyntaxError)) return undefined;
  for (const file of suspects.filter((each) => /\.m?js$/.test(each)).slice(0, MAX_CHECKED)) {
    const place = fromSnippet({ error, message, stack: await check(file) });
    if (place) return place;
  }
  return undefined;
}

function check(file: string): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, NODE_OPTIONS: '' };
    execFile(process.execPath, ['--check', file], { env, timeout: CHECK_TIMEOUT }, (_error, _out, problem) =>
      resolve(problem),
    );
  });
}

// V8's messages for an ES module that is treated as CommonJS.
const IS_MODULE = /^(?:Cannot use import statement outside a module|Unexpected token 'export')/;

function adviceFor(error: unknown, file: string): string {
  const { code, message = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (error instanceof SyntaxError && IS_MODULE.test(message)) {
    const name = path.basename(file).replace(/\.(?=[jt]s$)/, '.m');
    return `. Node treats the file as CommonJS: add "type": "module" to package.json, or rename the file to ${name}.`;
  }
  if (code !== 'ERR_UNKNOWN_FILE_EXTENSION') return '';
  return (
    `. Node ${process.version} can't load TypeScript by itself: install tsx as a development dependency ` +
    '(npm install -D tsx), use Node 22.18 or later, or start the server with tsx.'
  );
}

function namesOf(route: string, others: readonly string[]): string {
  const [first] = others;
  if (first === undefined) return `file ${relative(route)}`;
  return `files ${relative(route)} and ${others.length === 1 ? relative(first) : `${others.length} others`}`;
}

function clean(text: unknown): string {
  // eslint-disable-next-line no-control-regex -- what colours a message
  return unstamped(String(text).replaceAll(/\u001b\[[0-9;]*m/g, ''));
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function toPath(file: string): string {
  return file.startsWith('file:') ? fileURLToPath(file) : path.resolve(file);
}

function relative(file: string): string {
  return path.relative(process.cwd(), file);
}
