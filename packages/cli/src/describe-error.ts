import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

import { BlaizeError } from '@blaizejs/errors';

import { shown } from './project.ts';

const FRAME = /^ +at .*?\(?((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/gm;
const OF_NODE = /^ +at .*\(?node:.*\n?/gm;

/**
 * The text that a command prints for an error. An error of the framework explains itself; the place in the app that caused
 * it is added. Any other error may be a bug, so it is printed with its stack.
 */
export function describeError(error: unknown, cwd: string): string {
  if (!(error instanceof BlaizeError)) return inspect(error).replaceAll(OF_NODE, '').trimEnd();
  const place = placeBehind(error, cwd);
  // Errors of routes name the place in their message.
  return place === undefined || error.message.includes(place)
    ? error.message
    : `${error.message}\n    at ${place}`;
}

/** The place in the app where the innermost cause was thrown, such as `src/plugins/db.ts:3:9`. */
function placeBehind(error: Error, cwd: string): string | undefined {
  let last: Error = error;
  // The chain may be cyclic.
  for (let i = 0; i < 10 && last.cause instanceof Error; i++) last = last.cause;
  if (last === error) return undefined;
  for (const [, where = '', line, column] of last.stack?.matchAll(FRAME) ?? []) {
    const file = where.startsWith('file:') ? fileURLToPath(where) : where;
    const relative = path.relative(cwd, file);
    const own = !relative.startsWith('..') && !relative.split(path.sep).includes('node_modules');
    if (own && !path.isAbsolute(relative)) return `${shown(file, cwd)}:${line}:${column}`;
  }
  return undefined;
}
