import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

import { isOwn } from './project.ts';
import type { Frame } from './stack-frames.ts';

/** Lines of a source file around one place. */
export interface Excerpt {
  readonly lines: readonly SourceLine[];
}

/** One line of an excerpt. */
export interface SourceLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** The index of the place in `text`, from 0; undefined on all other lines. */
  readonly at: number | undefined;
}

// A stack is a text that the thrower can forge, so only source code is shown, whatever file it names.
const SOURCES = new Set(['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']);
const MAX_BYTES = 1024 * 1024;
const MAX_WIDTH = 160;

/** The lines around a frame; undefined if the file can't be read, is not the app's own, or is too large. */
export function readExcerpt(frame: Frame, project: string | undefined, around: number): Excerpt | undefined {
  try {
    if (!frame.own || project === undefined) return undefined;
    const file = realpathSync(frame.file);
    if (!isOwn(file, project) || !SOURCES.has(path.extname(file))) return undefined;
    const { size, isFile } = fileFacts(file);
    if (!isFile || size > MAX_BYTES) return undefined;
    const all = readFileSync(file, 'utf8').split(/\r?\n/);
    // A final line break doesn't begin another line.
    if (all.at(-1) === '') all.pop();
    if (frame.line < 1 || frame.line > all.length) return undefined;
    const first = Math.max(1, frame.line - around);
    const lines = all.slice(first - 1, frame.line + around).map((text, index) => {
      const number = first + index;
      return number === frame.line ? marked(number, text, frame.column - 1) : plain(number, text);
    });
    return { lines };
  } catch {
    return undefined;
  }
}

// Reading a FIFO would block, and a device never ends.
function fileFacts(file: string): { size: number; isFile: boolean } {
  // Without `bigint`, Node 20 and 22 would no longer follow links to modules after a FIFO (nodejs/node#51142).
  const stats = statSync(file, { bigint: true });
  return { size: Number(stats.size), isFile: stats.isFile() };
}

function plain(number: number, text: string): SourceLine {
  return { number, text: text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH)}…` : text, at: undefined };
}

/** The line with the place; a long line is cut around it. */
function marked(number: number, text: string, column: number): SourceLine {
  const at = Math.min(Math.max(0, column), text.length);
  if (text.length <= MAX_WIDTH) return { number, text, at };
  const start = Math.max(0, at - MAX_WIDTH / 2);
  const end = Math.min(text.length, start + MAX_WIDTH);
  const before = start > 0 ? '…' : '';
  const after = end < text.length ? '…' : '';
  return { number, text: before + text.slice(start, end) + after, at: at - start + before.length };
}
