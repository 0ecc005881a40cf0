import type { LogFunction, Logger } from '@blaizejs/types';

/** Writes one line of JSON for each message to the console, which every runtime has. */
export function createConsoleLogger(fields: Readonly<Record<string, unknown>> = {}): Logger {
  const to =
    (level: 'debug' | 'info' | 'warn' | 'error'): LogFunction =>
    (first: string | object, message?: string) => {
      const more = typeof first === 'string' ? { msg: first } : { ...first, msg: message };
      console[level](JSON.stringify({ level, time: Date.now(), ...fields, ...more }, showError));
    };
  return {
    debug: to('debug'),
    info: to('info'),
    warn: to('warn'),
    error: to('error'),
    child: (more) => createConsoleLogger({ ...fields, ...more }),
  };
}

function showError(_key: string, value: unknown): unknown {
  return value instanceof Error ? { type: value.name, message: value.message, stack: value.stack } : value;
}
