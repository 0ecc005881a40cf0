import { parse, TomlError } from 'smol-toml';

import { placeKey } from './layer.ts';
import type { Parsed } from './parsed.ts';

/** Parses TOML 1.0. */
export function parseToml(text: string): Parsed {
  try {
    return { values: plain(parse(text, { maxDepth: 64 })), lines: linesOf(text) };
  } catch (error) {
    // The parser calls itself for each part of a key.
    if (!(error instanceof TomlError)) return { problems: [{ message: 'it has too many levels' }] };
    // The message quotes the file.
    const [what = ''] = error.message.replace(/^Invalid TOML document: /, '').split(/[\n"'`]/);
    return { problems: [{ line: error.line, message: what.trim() }] };
  }
}

/** The tables of smol-toml have no prototype that others could tell; dates stay what they are. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

const PART = /\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+))\s*/y;

// smol-toml does not say where values are. Keys at the start of a line and tables are enough to find them.
function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const counts = new Map<string, number>();
  let table: readonly string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*(\[\[?)/.exec(line);
    const start = header ? header[0].length : 0;
    const key = keyAt(line, start, header ? ']' : '=');
    if (!key) continue;
    if (header) {
      table = key;
      if (header[1] === '[[') {
        const count = counts.get(placeKey(key)) ?? 0;
        counts.set(placeKey(key), count + 1);
        table = [...key, String(count)];
      }
    }
    const path = header ? table : [...table, ...key];
    if (!lines.has(placeKey(path))) lines.set(placeKey(path), index + 1);
  }
  return lines;
}

/** The dotted key that begins at a place of a line and ends before a character. */
function keyAt(line: string, start: number, end: string): readonly string[] | undefined {
  const path: string[] = [];
  for (PART.lastIndex = start; ; PART.lastIndex++) {
    const at = PART.lastIndex;
    const found = PART.exec(line);
    if (!found || at > line.length) return undefined;
    path.push(found[1] ?? found[2] ?? found[3] ?? '');
    const next = line[PART.lastIndex];
    if (next === end) return path;
    if (next !== '.') return undefined;
  }
}
