import { type Check, is, optional, options } from '@blaizejs/errors/internal';

import type { AnyHandler } from './run.ts';

/** The options of `connect()`. */
export interface ConnectOptions {
  /** For logs and `blaize routes`. Default: the names of the functions, `connect(session, initialize)`. */
  readonly name?: string | undefined;
  /**
   * Runs the middleware only for this path and those below it, and takes it off `req.url`, as `app.use(path, …)` of Express does. It is
   * compared with the path as the client sent it, so it is no guard. Default: all paths.
   */
  readonly path?: string | undefined;
}

/** Checks the options. */
export const connectOptions = options(
  {
    name: optional(is<string>('a name', (value) => typeof value === 'string' && value !== '')),
    path: optional(
      is<string>(
        'a path, such as "/docs"',
        (value) => typeof value === 'string' && /^(?:\/[^/?#\s]+)+$/.test(value),
      ),
    ),
  },
  'an object of options, such as { path: "/docs" }',
);

// Beyond this many parameters, a function can't be middleware.
const MAX_PARAMETERS = 4;

/** Checks what `connect()` is given to run, and makes one list of it. */
export const handlers: Check<readonly AnyHandler[]> = (value, path, report) => {
  const given: unknown[] = Array.isArray(value) ? value.flat(Infinity) : [value];
  if (given.length === 0) report(path, value, 'at least one middleware');
  given.forEach((each, index) => {
    const at = Array.isArray(value) ? `[${index}]` : path;
    if (typeof each !== 'function') {
      report(at, each, 'a function (req, res, next) or (error, req, res, next)', adviceFor(each));
    } else if (each.length > MAX_PARAMETERS) {
      report(at, each, 'a function of at most four parameters');
    }
  });
  return given as AnyHandler[];
};

function adviceFor(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('onRequest' in value || 'onSend' in value || 'handler' in value) {
    return 'This is middleware of BlaizeJS: use it without connect().';
  }
  return undefined;
}
