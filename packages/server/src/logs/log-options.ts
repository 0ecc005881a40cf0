import { logger as loggerInput } from '@blaizejs/app/internal';
import {
  callback,
  type Check,
  flag,
  isObject,
  list,
  oneOf,
  optional,
  options,
  orElse,
  positive,
  text,
} from '@blaizejs/errors/internal';
import type { LoggerInput, LogLevel } from '@blaizejs/types';

/** A file that a server logs to, one line of JSON per message. Its folder is created if there is none. */
export interface LogFileOptions {
  readonly path: string;
  /** The lowest level in this file. Default: that of the log. */
  readonly level?: LogLevel | undefined;
  /**
   * Begins a new file once this one is larger, in bytes. Files are numbered then: `logs/app.1.log`. Needs the package
   * `pino-roll`, as `every` does. Default: the file grows without bound.
   */
  readonly maxSize?: number | undefined;
  /** Begins a new file every day or hour, in local time. Default: never. */
  readonly every?: 'day' | 'hour' | undefined;
  /** How many files to keep when a new one begins, including that one. Default: 7. */
  readonly keep?: number | undefined;
}

/** The server's own log. */
export interface LogOptions {
  /** The lowest level. Default: `info` in production, `debug` in development. `server.setLogLevel()` changes it. */
  readonly level?: LogLevel | undefined;
  /** Whether standard output gets text for people instead of JSON. Default: in development, if it is a terminal. */
  readonly pretty?: boolean | undefined;
  /** A path, or options, or a list of these. Default: none. */
  readonly file?: string | LogFileOptions | readonly (string | LogFileOptions)[] | undefined;
  /** Whether to write to standard output. Default: only if there is no `file`. */
  readonly stdout?: boolean | undefined;
  /**
   * Further names of fields that are credentials or private: `['iban', 'cardNumber']`. Case, `-` and `_` make no difference.
   * Passwords, tokens, cookies and the like are always redacted, unless this is `false`.
   */
  readonly redact?: readonly string[] | false | undefined;
  /** Called for every line; adds what it returns, such as the ids of the current trace. If it throws, it adds nothing. */
  readonly fields?: (() => Readonly<Record<string, unknown>>) | undefined;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

const level = oneOf(...LOG_LEVELS);
const FILE = 'the path of a file, or an object such as { path: "logs/app.log", maxSize: 10_000_000 }';
const PATH = 'the path of a file';
const fileOptions = options(
  {
    path: text(PATH),
    level: optional(level),
    maxSize: optional(positive),
    every: optional(oneOf('day', 'hour')),
    keep: optional(positive),
  },
  FILE,
  ({ keep, maxSize, every }, path, report) => {
    if (keep !== undefined && maxSize === undefined && every === undefined) {
      report(`${path}.keep`, keep, 'maxSize or every beside it: without them, there is only one file');
    }
  },
);

/** A checked file. */
export type LogFile = ReturnType<typeof fileOptions>;

const file: Check<LogFile> = (value, path, report) =>
  typeof value === 'string'
    ? { ...fileOptions({ path: 'x' }, path, report), path: text(PATH)(value, path, report) }
    : fileOptions(value, path, report);
const manyFiles = list(file, FILE);
const files: Check<readonly LogFile[]> = (value, path, report) => {
  const checked = Array.isArray(value) ? manyFiles(value, path, report) : [file(value, path, report)];
  const paths = checked.map((each) => each.path);
  const twice = paths.find((each, index) => paths.indexOf(each) !== index);
  if (twice !== undefined) report(path, twice, 'each file once');
  return checked;
};

const names = list(text('the name of a field'), '');
const redact: Check<readonly string[] | false> = (value, path, report) => {
  if (value === false) return false;
  if (Array.isArray(value)) return names(value, path, report);
  report(path, value, 'a list of further names of fields, or false to redact nothing');
  return [];
};

const logOptions = options(
  {
    level: optional(level),
    pretty: optional(flag),
    file: orElse(files, []),
    stdout: optional(flag),
    redact: orElse(redact, []),
    fields: optional(callback<NonNullable<LogOptions['fields']>>('that returns an object')),
  },
  'an object such as { level: "info" }',
);

/** Checked options of a log. */
export type ResolvedLogOptions = ReturnType<typeof logOptions>;

/** The options of a log, with a mark that tells them from a logger. */
export class LogSettings {
  readonly options: ResolvedLogOptions;

  constructor(given: ResolvedLogOptions) {
    this.options = given;
  }
}

function isPlainObject(value: unknown): value is object {
  if (!isObject(value)) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}

/** Checks the option `logger` of a server: a logger, or the options of its own log. */
export const serverLogger: Check<LoggerInput | LogSettings | false> = (value, path, report) => {
  const methods = ['debug', 'info', 'warn', 'error', 'child'];
  const isOptions = isPlainObject(value) && !methods.some((name) => name in value);
  if (!isOptions) return loggerInput(value, path, report);
  return new LogSettings(logOptions(value, path, report));
};

export const DEFAULT_LOG_SETTINGS: ResolvedLogOptions = {
  level: undefined,
  pretty: undefined,
  file: [],
  stdout: undefined,
  redact: [],
  fields: undefined,
};
