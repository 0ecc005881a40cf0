import { describeError, isError, leftOut } from '@blaizejs/errors/internal';
import type { LogFunction, Logger } from '@blaizejs/types';

import { createRedaction } from './redact-line.ts';
import { redactText } from './redact-text.ts';

declare const BLAIZE_WITHOUT_LOGGER: true | undefined;

/** The console methods that the logger uses. */
export type ConsoleLike = Pick<Console, 'debug' | 'info' | 'warn' | 'error'>;

/** The options of {@link createConsoleLogger}. */
export interface ConsoleLoggerOptions {
  /** Added to each line. Default: none. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** Default: the global console, which every runtime has. */
  readonly target?: ConsoleLike | undefined;
  /** Whether people read the log: the console then formats the message and fields itself. Default: false. */
  readonly forPeople?: boolean | undefined;
}

const redaction = /* @__PURE__ */ createRedaction();

// The same as pino's.
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50 } as const;

/** Makes a logger that writes to a console, one line of JSON per message in pino's format, without credentials. Never throws. */
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
      target[level](redaction.line(toLine({ ...head, ...more, msg }) ?? toPlainLine(head, more, msg)));
    };
  return {
    debug: to('debug'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
    child: (more) => createConsoleLogger({ fields: { ...fields, ...more }, target, forPeople }),
  };
}

// The console shows text as it is, and terminals obey it. It escapes what is in fields by itself.
// eslint-disable-next-line no-control-regex -- these are what it is about
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function forTerminal(text: string): string {
  return redactText(text).replaceAll(
    CONTROLS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// Only an option asks for it.
const show = typeof BLAIZE_WITHOUT_LOGGER === 'undefined' ? showToPeople : leftOut('logger');

function showToPeople(
  target: ConsoleLike,
  level: keyof typeof LEVELS,
  msg: string | undefined,
  more: object,
): void {
  const parts = [
    ...(msg === undefined ? [] : [forTerminal(msg)]),
    ...(Object.keys(more).length === 0 ? [] : [more]),
  ];
  target[level](...parts);
}

function toFields(first: string | object, message: string | undefined): { msg: string | undefined } {
  if (typeof first === 'string') return { msg: first };
  if (isError(first)) return { err: first, msg: message ?? first.message } as { msg: string };
  return { ...first, msg: message };
}

/** Undefined for values that JSON can't represent, such as cyclic ones. */
function toLine(line: object): string | undefined {
  try {
    return JSON.stringify(line, showValue);
  } catch {
    return undefined;
  }
}

/** Replaces fields that JSON can't represent, so that the others are written. */
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
