import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  type Check,
  checkOptions,
  flag,
  is,
  isInteger,
  isObject,
  limit,
  list,
  MAX_TIMER,
  options,
  orElse,
  text,
} from '@blaizejs/errors/internal';
import type { LoggerInput } from '@blaizejs/types';

/** Variables of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The options of `createCluster()`. */
export interface ClusterOptions {
  /** The file that each worker runs: a path, or a `file:` URL. A reload reads it again. */
  readonly entry: string | URL;
  /** The arguments of each worker, after the file. Default: none. */
  readonly args?: readonly string[] | undefined;
  /** Node's own arguments for each worker. Default: those of this process. */
  readonly execArgv?: readonly string[] | undefined;
  /** Added to the environment of each worker; a function is called for each. Default: nothing. */
  readonly env?: Environment | (() => Environment) | undefined;
  /** How many workers there are; `auto` is as many as the process may use cores. Default: `auto`. */
  readonly workers?: 'auto' | number | undefined;
  /** Milliseconds in which a worker must be ready. Default: 30,000. */
  readonly startTimeout?: number | undefined;
  /**
   * Milliseconds in which a worker that was asked to stop must have ended; then it is killed. Must exceed `drainDelay` plus
   * `shutdownTimeout` of the servers. Default: 60,000.
   */
  readonly stopTimeout?: number | undefined;
  /** The longest pause before a worker that keeps crashing is started again, in milliseconds. Default: 30,000. */
  readonly maxBackoff?: number | undefined;
  /**
   * Who accepts connections. `shared`: the workers, from one socket, so that a worker that dies loses no connection of
   * another. `round-robin`: the primary, which hands them out in turn; a connection that is handed to a worker just as it
   * is killed hangs until the client gives up. Fixed by the first worker of the process. Default: `shared`.
   */
  readonly balance?: 'shared' | 'round-robin' | undefined;
  /** Whether SIGTERM and SIGINT close the cluster and end the process, and SIGHUP reloads. Default: true. */
  readonly handleSignals?: boolean | undefined;
  /**
   * The path of a socket through which `requestReload()` reaches this process. Only the same user may connect. On Windows,
   * the name of a pipe. Default: none.
   */
  readonly control?: string | undefined;
  /** Default: JSON lines on standard error, or plain ones in a terminal. */
  readonly logger?: Pick<LoggerInput, 'info' | 'warn' | 'error'> | false | undefined;
}

/** The options with all defaults filled in. */
export type ResolvedOptions = ReturnType<typeof resolveOptions>;

const timeout = (fallback: number): Check<number> => limit(fallback, MAX_TIMER);

const isMethod = (value: unknown): boolean => typeof value === 'function';

const OPTIONS = options(
  {
    entry: is<string | URL>(
      'a path or a file: URL',
      (value) =>
        (typeof value === 'string' && value !== '') || (value instanceof URL && value.protocol === 'file:'),
    ),
    args: orElse(
      list(
        is<string>('a string', (value) => typeof value === 'string'),
        'a list of strings',
      ),
      [],
    ),
    execArgv: orElse(list(text('an argument of Node'), 'a list of strings'), process.execArgv),
    env: orElse(
      is<Environment | (() => Environment)>(
        'an object of variables, or a function that returns one',
        (value) => isObject(value) || isMethod(value),
      ),
      {},
    ),
    workers: orElse(
      is<'auto' | number>(
        '"auto" or a whole number from 1 to 1024',
        (value) => value === 'auto' || isInteger(value, 1, 1024),
      ),
      'auto',
    ),
    startTimeout: timeout(30_000),
    stopTimeout: timeout(60_000),
    maxBackoff: timeout(30_000),
    balance: orElse(
      is<'shared' | 'round-robin'>(
        '"shared" or "round-robin"',
        (value) => value === 'shared' || value === 'round-robin',
      ),
      'shared',
    ),
    handleSignals: orElse(flag, true),
    control: orElse(text('the path of a socket'), ''),
    logger: orElse(
      is<Pick<LoggerInput, 'info' | 'warn' | 'error'> | false | undefined>(
        'a logger with info(), warn() and error(), or false',
        (value) =>
          value === false ||
          (isObject(value) && isMethod(value.info) && isMethod(value.warn) && isMethod(value.error)),
      ),
      undefined,
    ),
  },
  'an object of options',
);

/** @throws ConfigurationError that lists every problem */
export function resolveOptions(given: ClusterOptions) {
  const { entry, workers, ...rest } = checkOptions(OPTIONS, given, 'createCluster()');
  return {
    ...rest,
    entry: entry instanceof URL ? fileURLToPath(entry) : path.resolve(entry),
    size: workers === 'auto' ? availableParallelism() : workers,
  };
}
