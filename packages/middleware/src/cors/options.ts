import {
  type Check,
  flag,
  is,
  isInteger,
  isToken,
  list,
  optional,
  options,
  orElse,
  type Report,
} from '@blaizejs/errors/internal';

import { checkItem } from '../origin-list.ts';
import type { OriginRule } from './allowed-origins.ts';

/** The options of {@link cors}. */
export interface CorsOptions {
  /**
   * Who may read the answers: an origin, a pattern that matches a whole origin, a list of these, or a function, which may be
   * asynchronous. `'*'` means everybody, and `'null'` sandboxed frames and local files of anybody.
   */
  readonly origin: OriginRule;
  /** Whether requests may carry cookies, client certificates and HTTP authentication. Default: false. */
  readonly credentials?: boolean | undefined;
  /** What a preflight allows. Default: GET, HEAD, POST, PUT, PATCH, DELETE and QUERY. */
  readonly methods?: readonly string[] | undefined;
  /** Headers of requests that a preflight allows. Default: those that it asks for. */
  readonly allowedHeaders?: readonly string[] | undefined;
  /** Headers of answers that pages may read, besides those that all may: `['etag']`. Default: none. */
  readonly exposedHeaders?: readonly string[] | undefined;
  /** Seconds for which browsers remember a preflight. Chromium stops at 7 200. Default: 600. */
  readonly maxAge?: number | undefined;
  /** Whether public pages may ask this server if it is in a private network. Default: false. */
  readonly privateNetwork?: boolean | undefined;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'];
const ORIGIN = '"*", an origin such as "https://example.com", a pattern, a list of these, or a function';
const ONE = 'an origin such as "https://example.com", or a pattern';

const origin: Check<OriginRule> = (value, path, report) => {
  if (Array.isArray(value)) {
    if (value.length === 0) report(path, value, ORIGIN, 'The list is empty: nobody could read anything.');
    for (const [index, item] of value.entries()) checkOne(item, `${path}[${index}]`, ONE, report);
  } else if (typeof value !== 'function' && value !== '*') checkOne(value, path, ORIGIN, report);
  return value as OriginRule;
};

function checkOne(value: unknown, path: string, expected: string, report: Report): void {
  if (value === '*') report(path, value, expected, 'Write `origin: "*"` for everybody.');
  else if (value !== 'null') checkItem(value, path, expected, report);
}

const method: Check<string> = (value, path, report) => {
  const isMethod = isToken(value);
  if (isMethod && value === value.toUpperCase()) return value;
  report(
    path,
    value,
    'a method such as "PUT"',
    isMethod ? `Methods are case-sensitive: \`${value.toUpperCase()}\`.` : undefined,
  );
  return '';
};

const names = list(is<string>('the name of a header', isToken), 'a list of names of headers');

const OPTIONS_EXPECTED = 'an object of options, such as { origin: ["https://example.com"] }';

/** The checks of the options. */
export const corsOptions = options(
  {
    origin,
    credentials: orElse(flag, false),
    methods: orElse(list(method, 'a list of methods'), METHODS),
    allowedHeaders: optional(names),
    exposedHeaders: orElse(names, []),
    maxAge: orElse(
      is<number>('a whole number of seconds', (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER)),
      600,
    ),
    privateNetwork: orElse(flag, false),
  },
  OPTIONS_EXPECTED,
  (given, path, report) => {
    if (given['credentials'] !== true) return;
    // Browsers refuse it, and any site could act for the user if they did not (Fetch standard, "CORS check").
    if (given['origin'] === '*') {
      report(
        `${path}origin`,
        '*',
        'origins that may use credentials',
        'List them, or leave out `credentials`.',
      );
    }
    for (const name of ['allowedHeaders', 'exposedHeaders', 'methods']) {
      const value = given[name];
      if (!Array.isArray(value) || !value.includes('*')) continue;
      report(`${path}${name}`, value, 'names: with `credentials`, "*" has no special meaning');
    }
  },
);

/** The options with all defaults filled in. */
export type CorsSettings = ReturnType<typeof corsOptions>;
