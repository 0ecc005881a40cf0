import { describeError } from '@blaizejs/errors/internal';
import type { Logger } from '@blaizejs/types';

/** A level of a logger. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Returns the logger. A function, because making a child logger may fail as well. */
type GetLogger = () => Logger;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Logs an error. If the logger can't write the error itself (pino can't write a frozen one, a cyclic one, or one with
 * thousands of causes), it gets a description in plain values. If that fails too, the error goes to the console. Never
 * throws, and leaves no rejection unhandled.
 */
export function logError(
  log: GetLogger,
  level: LogLevel,
  error: unknown,
  message: string,
  fields: Fields = {},
): void {
  write(log, level, { ...fields, err: error }, message, () => {
    const err = describeError(error);
    write(log, level, { ...fields, err }, message, (failure) => {
      tellConsole(failure, message, err);
    });
  });
}

/** Writes a line to a log. Never throws: a log that fails must not stop the server. */
export function logLine(log: GetLogger, level: LogLevel, message: string, fields?: Fields): void {
  write(log, level, fields, message, (failure) => {
    tellConsole(failure, message);
  });
}

function write(
  log: GetLogger,
  level: LogLevel,
  fields: Fields | undefined,
  message: string,
  failed: (failure: unknown) => void,
): void {
  try {
    // A logger may be asynchronous, although its type does not say so.
    const logger = log() as Record<LogLevel, (...line: unknown[]) => unknown>;
    const written = fields ? logger[level](fields, message) : logger[level](message);
    if (isThenable(written)) written.then(undefined, failed);
  } catch (failure) {
    failed(failure);
  }
}

function tellConsole(failure: unknown, message: string, err?: object): void {
  console.error('The logger failed', { message, ...(err && { err }), failure: describeError(failure) });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
