import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { isOwn } from './project.ts';

/** One call of a stack. */
export interface Frame {
  /** The called function, such as `Object.handler`; empty if it has no name. */
  readonly call: string;
  /** An absolute path, or the name of a module of Node (`node:fs`). */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Whether it is the app's own code. */
  readonly own: boolean;
}

const MAX_STACK = 100_000;
const MAX_FRAMES = 50;
const MAX_LINE = 1_000;

/**
 * The calls of a stack in V8's format. Skips all other lines.
 *
 * @param message the error's message, at the start of the stack; its lines may look like calls
 */
export function parseStack(stack: string, message: string, project: string | undefined): Frame[] {
  const start = message === '' ? -1 : stack.indexOf(message);
  const calls = stack.slice(start === -1 ? 0 : start + message.length).slice(0, MAX_STACK);
  const frames: Frame[] = [];
  for (const line of calls.split('\n')) {
    const frame = line.length > MAX_LINE ? undefined : parseFrame(line.trim(), project);
    if (frame) frames.push(frame);
    if (frames.length === MAX_FRAMES) break;
  }
  return frames;
}

function parseFrame(line: string, project: string | undefined): Frame | undefined {
  if (!line.startsWith('at ')) return undefined;
  const text = line.slice(3).replace(/^async /, '');
  const open = text.endsWith(')') ? text.indexOf(' (') : -1;
  const place = open === -1 ? text : text.slice(open + 2, -1);
  const [, where = '', row, column] = /^(.+):(\d{1,9}):(\d{1,9})$/.exec(place) ?? [];
  const file = toFile(where);
  if (file === undefined) return undefined;
  return {
    call: open === -1 ? '' : text.slice(0, open),
    file,
    line: Number(row),
    column: Number(column),
    own: project !== undefined && path.isAbsolute(file) && isOwn(file, project),
  };
}

function toFile(where: string): string | undefined {
  if (where.startsWith('node:')) return where;
  try {
    const file = where.startsWith('file://') ? fileURLToPath(where) : where;
    // A reloaded module has a query.
    return path.isAbsolute(file) ? path.normalize(file.replace(/\?.*$/, '')) : undefined;
  } catch {
    return undefined;
  }
}

/** The path of a file as shown: relative to the project, or starting at the last `node_modules`. */
export function shownFile({ file, own }: Frame, project: string | undefined): string {
  if (own && project !== undefined) return path.relative(project, file);
  const installed = file.lastIndexOf(`${path.sep}node_modules${path.sep}`);
  return installed === -1 ? file : file.slice(installed + 1);
}

/** The place of a call, such as `src/shop.ts:12:9 in priceOf`. */
export function placeOf(frame: Frame, project: string | undefined): string {
  const call = frame.call === '' ? '' : ` in ${frame.call}`;
  return `${shownFile(frame, project)}:${frame.line}:${frame.column}${call}`;
}
