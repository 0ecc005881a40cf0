import type { LogFunction, Logger } from '@blaizejs/types';

/** Writes one line of JSON for each message to the console, which every runtime has. Never throws. */
export function createConsoleLogger(fields: Readonly<Record<string, unknown>> = {}): Logger {
  const to =
    (level: 'debug' | 'info' | 'warn' | 'error'): LogFunction =>
    (first: string | object, message?: string) => {
      const head = { level, time: Date.now() };
      const more = toFields(first, message);
      console[level](toLine({ ...head, ...fields, ...more }) ?? toLine({ ...head, msg: more.msg }));
    };
  return {
    debug: to('debug'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
    child: (more) => createConsoleLogger({ ...fields, ...more }),
  };
}

function toFields(first: string | object, message: string | undefined): { msg: string | undefined } {
  if (typeof first === 'string') return { msg: first };
  if (first instanceof Error) return { err: first, msg: message ?? first.message } as { msg: string };
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

function showValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const { name: type, message, stack, cause } = value;
  return Object.assign({}, value, { type, message, stack, cause });
}
