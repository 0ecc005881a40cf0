import type { Logger } from '@blaizejs/types';

import { loadPino } from '#pino';

import { developmentTools } from './development-tools.ts';

interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
}

const NAMES: Record<number, string> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** pino, as it is in production; in development its lines are put for people, those for debugging among them. */
export function createDefaultLogger(production: boolean): Logger {
  const { pino, stdSerializers } = loadPino();
  if (production) return pino();
  const readably = { write: (line: string) => process.stdout.write(readable(line)) };
  const err = (value: unknown): unknown => {
    const stack = developmentTools()?.textFor(value);
    return stack === undefined ? stdSerializers.err(value as Error) : { stack };
  };
  return pino({ base: null, level: 'debug', serializers: { err } }, readably);
}

/** `12:00:01 INFO  Server running on https://localhost:3000`, with the other fields and the stack below. */
export function readable(json: string): string {
  const { level, time, msg = '', err, ...fields } = JSON.parse(json) as Line & Record<string, unknown>;
  const clock = new Date(time).toTimeString().slice(0, 8);
  const rest = Object.keys(fields).length === 0 ? '' : JSON.stringify(fields);
  const stack = err?.stack ?? err?.message ?? '';
  // What is logged for an error is often its own message, which the stack begins with, after a name.
  const name = /^[\w$.]+: /.exec(stack)?.[0] ?? '';
  const text = [stack.startsWith(msg, name.length) ? '' : msg, rest].filter(Boolean).join(' ');
  const head = `${clock} ${(NAMES[level] ?? String(level)).padEnd(5)} ${text}`;
  // What an error says may come from outside, and terminals obey control characters.
  const shown = err ? (developmentTools()?.visible(head) ?? head) : head;
  return `${shown}${err && text !== '' ? '\n' : ''}${stack}\n`;
}
