import { type Check, isError, leftOut } from '@blaizejs/errors/internal';
import type { LogFunction, Logger, LoggerInput } from '@blaizejs/types';

import { createConsoleLogger } from './console-logger.ts';
import { isTerminal } from './is-terminal.ts';

declare const BLAIZE_WITHOUT_LOGGER: true | undefined;

const METHODS = ['debug', 'info', 'warn', 'error'] as const;

const check: Check<LoggerInput | false> = (value, path, report) => {
  if (value === false) return value;
  const given = (value ?? {}) as Partial<LoggerInput>;
  const missing = METHODS.filter((method) => typeof given[method] !== 'function');
  if (missing.length > 0) {
    const isObject = typeof value === 'object' && value !== null;
    // A function may have methods as well.
    const lacks = isObject || missing.length < METHODS.length;
    report(
      path,
      value,
      'false, or an object with the methods debug, info, warn and error',
      lacks ? `It has no method ${missing.join(', no ')}.` : undefined,
    );
  } else if (given.child !== undefined && typeof given.child !== 'function') {
    report(`${path}.child`, given.child, 'a function that returns a logger, or undefined');
  }
  return value as LoggerInput;
};

/** Checks the option `logger`. The problem names the methods that are missing. */
export const logger: Check<LoggerInput | false> =
  typeof BLAIZE_WITHOUT_LOGGER === 'undefined' ? check : leftOut('logger');

/**
 * Turns the option `logger` into a logger. A console gets lines of JSON, as pino writes them, or readable text in a
 * terminal. A logger without `child` gets one.
 */
export const toLogger: (given: LoggerInput) => Logger =
  typeof BLAIZE_WITHOUT_LOGGER === 'undefined' ? loggerOf : leftOut('logger');

function loggerOf(given: LoggerInput): Logger {
  if (isConsole(given)) return createConsoleLogger({ target: given, forPeople: isTerminal() });
  return given.child ? (given as Logger) : withChild(given, {});
}

function withChild(logger: LoggerInput, fields: Readonly<Record<string, unknown>>): Logger {
  const to =
    (level: (typeof METHODS)[number]): LogFunction =>
    (first: string | object, message?: string) => {
      if (typeof first === 'string') return logger[level](fields, first);
      logger[level]({ ...fields, ...(isError(first) ? { err: first } : first) }, message);
    };
  // There is nothing to add: the arguments are passed on unchanged.
  const own = (level: (typeof METHODS)[number]): LogFunction => logger[level].bind<LogFunction>(logger);
  const make = Object.keys(fields).length === 0 ? own : to;
  return {
    debug: make('debug'),
    info: make('info'),
    warn: make('warn'),
    error: make('error'),
    child: (more) => withChild(logger, { ...fields, ...more }),
  };
}

function isConsole(value: LoggerInput): value is Console {
  // The global console may have been replaced, and there may be several: Node tags them all.
  return value === console || Object.prototype.toString.call(value) === '[object console]';
}
