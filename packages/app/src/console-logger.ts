import { describeError, isError } from '@blaizejs/errors/internal';
import type { LogFunction, Logger } from '@blaizejs/types';

/** The methods of a console that are written to. */
export type ConsoleLike = Pick<Console, 'debug' | 'info' | 'warn' | 'error'>;

/** Where a console logger writes, and how. */
export interface ConsoleLoggerOptions {
  /** On each line. Default: none. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** Default: the global one, which every runtime has. */
  readonly target?: ConsoleLike | undefined;
  /** Whether people read it: the console then shows the message, and the fields in its own way. Default: false. */
  readonly forPeople?: boolean | undefined;
}

// As pino has them.
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50 } as const;

/** Writes a line of JSON for each message to a console, in the shape of pino's lines. Never throws. */
export function createConsoleLogger({
  fields = {},
  target = console,
  forPeople = false,
}: ConsoleLoggerOptions = {}): Logger {
  const to =
    (level: keyof typeof LEVELS): LogFunction =>
    (first: string | object, message?: string) => {
      const { msg, ...own } = toFields(first, message);
      const more = { ...fields, ...own };
      if (forPeople) return show(target, level, msg, more);
      const head = { level: LEVELS[level], time: Date.now() };
      target[level](toLine({ ...head, ...more, msg }) ?? toPlainLine(head, more, msg));
    };
  return {
    debug: to('debug'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
    child: (more) => createConsoleLogger({ fields: { ...fields, ...more }, target, forPeople }),
  };
}

function show(target: ConsoleLike, level: keyof typeof LEVELS, msg: string | undefined, more: object): void {
  const parts = [...(msg === undefined ? [] : [msg]), ...(Object.keys(more).length === 0 ? [] : [more])];
  target[level](...parts);
}

function toFields(first: string | object, message: string | undefined): { msg: string | undefined } {
  if (typeof first === 'string') return { msg: first };
  if (isError(first)) return { err: first, msg: message ?? first.message } as { msg: string };
  return { ...first, msg: message };
}

/** Undefined for what JSON can't hold, such as what holds itself. */
function toLine(line: object): string | undefined {
  try {
    return JSON.stringify(line, showValue);
  } catch {
    return undefined;
  }
}

/** Without the fields that keep the others from being written. */
function toPlainLine(head: object, fields: Readonly<Record<string, unknown>>, msg: unknown): string {
  const plain = Object.entries(fields).map(([name, value]) => {
    const shown = isError(value) ? describeError(value) : value;
    return [name, toLine({ shown }) === undefined ? `a value of type ${typeof value}` : shown] as const;
  });
  return JSON.stringify({ ...head, ...Object.fromEntries(plain), msg }, showValue);
}

function showValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!isError(value)) return value;
  const { name: type, message, stack, cause } = value;
  return Object.assign({}, value, { type, message, stack, cause });
}
