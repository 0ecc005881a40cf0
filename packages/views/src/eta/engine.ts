import { BlaizeError } from '@blaizejs/errors';
import { Eta } from 'eta/core';

import { escapeText } from '../html/escape.ts';
import { partsOf } from '../html/render.ts';
import { Template } from '../html/template.ts';
import { misuse, Unsafe } from '../html/values.ts';
import { withOwnBlocks } from './own-blocks.ts';
import type { ViewFiles } from './view-files.ts';

const CODE = 'ERR_BLAIZE_TEMPLATE';

/** Eta with the files of one folder. Errors name file and line. */
export function createEngine(
  files: ViewFiles,
  filters: Readonly<Record<string, unknown>>,
  cache: boolean,
): Eta {
  const names = Object.keys(filters);
  const eta = new Eta({
    cache,
    autoEscape: true,
    escapeFunction: escapeValue,
    // It keeps the line for errors.
    debug: true,
    functionHeader: names.length === 0 ? '' : `const { ${names.join(', ')} } = this.filters;`,
    plugins: [{ processFnString: withOwnBlocks }],
  });
  const compile = eta.compile.bind(eta);
  return Object.assign(eta, {
    filters,
    resolvePath: (name: string, options?: { readonly filepath?: string }) =>
      files.resolve(name, options?.filepath),
    readFile: (file: string) => files.read(file),
    compile: (...[text, options]: Parameters<Eta['compile']>) => {
      try {
        return compile(text, options);
      } catch (error) {
        throw failed(`${files.nameOf(options?.filepath ?? '')}:${lineOf(error, eta, text)}`, error);
      }
    },
    RuntimeErr: (error: Error, _text: string, line: number, file: string): never => {
      // A partial has said where.
      if (error instanceof BlaizeError && error.code === CODE && error.cause !== undefined) throw error;
      throw failed(`${files.nameOf(file)}:${line}`, error);
    },
  });
}

/** Text is escaped. HTML of `html` is not: it has done so itself. */
function escapeValue(value: unknown): string {
  if (typeof value === 'string') return escapeText(value);
  if (value === undefined || value === null || typeof value === 'boolean') return '';
  if (value instanceof Unsafe) return value.text;
  if (value instanceof Template) {
    const [text, ...later] = partsOf(value);
    if (later.length === 0) return text as string;
    throw misuse(
      "HTML with promises or async iterables can't be in a template. Use `await renderToString(page)`.",
    );
  }
  if (typeof value === 'function' || typeof value === 'symbol')
    throw misuse(`A ${typeof value} can't be written.`);
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- as templates do
  return escapeText(String(value));
}

/** The line of a template that can't be compiled: as Eta says, or that of the first tag that is no expression. */
function lineOf(error: unknown, eta: Eta, text: string): string {
  const said = / at line (\d+) col /.exec(messageOf(error))?.[1];
  if (said !== undefined) return said;
  const tags = eta.parse(text).filter((part) => typeof part === 'object');
  const wrong = tags.find(({ t, val }) => t !== 'e' && !isExpression(val));
  return String(wrong?.lineNo ?? tags.find(({ t }) => t === 'e')?.lineNo ?? 1);
}

function isExpression(code: string): boolean {
  try {
    // Not run.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as Eta does
    new Function(`return (${code}\n)`);
    return true;
  } catch {
    return false;
  }
}

function failed(where: string, cause: unknown): BlaizeError {
  return new BlaizeError(CODE, `${where}: ${messageOf(cause)}`, { cause });
}

/** Of what Eta says about bad syntax, the first lines: the rest is the code that it has made. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Bad template syntax\n\n/, 'Bad syntax: ').replace(/\n=+\n[\s\S]*$/, '');
}
