import { parseEnv } from 'node:util';

import type { ConfigProblem } from './config-error.ts';

/** A variable of a file. */
export interface EnvEntry {
  readonly value: string;
  /** `.env:3` */
  readonly from: string;
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(["'`]?)/;

/**
 * Reads the text of an `.env` file. Node parses the values; this finds the lines, and what Node takes in silence.
 *
 * @param file its name in messages
 */
export function parseEnvFile(
  text: string,
  file: string,
  problems: ConfigProblem[],
): ReadonlyMap<string, EnvEntry> {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const found = new Map<string, number>();
  const wrong = new Set<number>();
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const number = index + 1;
    const [all, name, quote] = ASSIGNMENT.exec(line) ?? [];
    if (name === undefined) {
      if (/^\s*(?:#|$)/.test(line)) continue;
      wrong.add(index);
      // The line itself may be the rest of a key or a password.
      problems.push({ path: '', from: `${file}:${number}`, message: 'this line is not NAME=value' });
      continue;
    }
    const first = found.get(name);
    if (first !== undefined) {
      const message = `it is already set on line ${first}`;
      problems.push({ path: name, from: `${file}:${number}`, message });
    }
    found.set(name, number);
    if (quote) index = lastLineOf(lines, index, quote, (all ?? '').length);
  }
  // On Node 20, a line without `=` would become a part of the next name.
  const values = parseEnv(lines.filter((_, index) => !wrong.has(index)).join('\n')) as Record<string, string>;
  const entries = new Map<string, EnvEntry>();
  for (const [name, number] of found) {
    if (Object.hasOwn(values, name))
      entries.set(name, { value: values[name] ?? '', from: `${file}:${number}` });
  }
  return entries;
}

/** The line on which a quoted value ends. Without a second quote, it ends on its own line. */
function lastLineOf(lines: readonly string[], start: number, quote: string, from: number): number {
  for (let index = start; index < lines.length; index++) {
    if ((lines[index] ?? '').includes(quote, index === start ? from : 0)) return index;
  }
  return start;
}
