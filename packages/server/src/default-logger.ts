import { isTerminal } from '@blaizejs/app/internal';
import { describeError } from '@blaizejs/errors/internal';
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

/**
 * pino, which writes one line of JSON per message. In development it also writes debug lines, and formats lines for people
 * if the output is a terminal.
 */
export function createDefaultLogger(production: boolean): Logger {
  const { pino, stdSerializers } = loadPino();
  const plain = (value: unknown): unknown => {
    try {
      // pino's own serializer fails on some errors: frozen ones, cyclic ones, and those whose toJSON() or getters throw.
      if (typeof (value as { toJSON?: unknown } | undefined)?.toJSON !== 'function')
        return stdSerializers.err(value as Error);
    } catch {
      // Described below.
    }
    return describeError(value);
  };
  if (production) return pino({ serializers: { err: plain } });
  const forPeople = isTerminal();
  const write = (line: string): boolean => process.stdout.write(forPeople ? readable(line) : line);
  const err = (value: unknown): unknown => {
    const stack = forPeople ? developmentTools()?.textFor(value) : undefined;
    return stack === undefined ? plain(value) : { stack };
  };
  return pino({ ...(forPeople && { base: null }), level: 'debug', serializers: { err } }, { write });
}

/** `12:00:01 INFO  Server running on https://localhost:3000`, with the other fields and the stack below. */
export function readable(json: string): string {
  const { level, time, msg = '', err, ...fields } = JSON.parse(json) as Line & Record<string, unknown>;
  const clock = new Date(time).toTimeString().slice(0, 8);
  const rest = Object.keys(fields).length === 0 ? '' : JSON.stringify(fields);
  const stack = err?.stack ?? err?.message ?? '';
  // The line's message is often the error's own, which the stack repeats after the error's name.
  const name = /^[\w$.]+: /.exec(stack)?.[0] ?? '';
  const text = [stack.startsWith(msg, name.length) ? '' : msg, rest].filter(Boolean).join(' ');
  const head = `${clock} ${(NAMES[level] ?? String(level)).padEnd(5)} ${text}`;
  // Error messages may contain input from clients, and terminals obey control characters.
  const shown = err ? (developmentTools()?.visible(head) ?? head) : head;
  return `${shown}${err && text !== '' ? '\n' : ''}${stack}\n`;
}
