import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  type Check,
  checkBuiltIn,
  flag,
  is,
  isInteger,
  list,
  milliseconds,
  oneOf,
  options as shapeOf,
  optional,
  orElse,
  record,
} from '@blaizejs/errors/internal';

import { CODINGS, type Coding } from './coding.ts';

/** The options of {@link serveStatic}. */
export interface StaticOptions {
  /** The folder, as a path or a `file:` URL. A relative path begins at the working directory. */
  readonly root: string | URL;
  /** The path of the folder in URLs: `/assets`. Default: `/`. */
  readonly prefix?: string | undefined;
  /** The file that answers for a folder; `false` for none. Default: `index.html`. */
  readonly index?: string | false | undefined;
  /**
   * The file, by its path in the folder, that answers navigations to a page that does not exist: `index.html` in a
   * single-page app. Scripts, images and calls of an API still get 404. Default: none.
   */
  readonly fallback?: string | undefined;
  /**
   * Whether to send `app.js.br`, `app.js.zst` or `app.js.gz` for `app.js` if they exist and the client accepts them, or which
   * of these codings to look for. Default: `false`.
   */
  readonly precompressed?: boolean | readonly Coding[] | undefined;
  /** `Cache-Control` of all other files. Default: `no-cache`, so that clients ask before they use a copy. */
  readonly cacheControl?: string | undefined;
  /**
   * Files whose content never changes, since their names have a hash, by their path in the folder: `/^assets\//`. Clients keep
   * them for a year (RFC 8246). Default: none.
   */
  readonly immutable?: RegExp | undefined;
  /** Whether to serve the folder `.well-known` (RFC 8615). Other names that begin with a dot never are. Default: `false`. */
  readonly wellKnown?: boolean | undefined;
  /** Media types by extension, besides those that are known: `{ '.obj': 'model/obj' }`. */
  readonly types?: Readonly<Record<`.${string}`, string>> | undefined;
  /** Bytes of files of up to 128 KiB that stay in memory; 0 for none. Default: 33 554 432 (32 MiB). */
  readonly memory?: number | undefined;
  /**
   * Milliseconds after which a file in memory is compared with the one on disk. Default: 1 000 in production; otherwise 0,
   * which is for each request.
   */
  readonly revalidate?: number | undefined;
}

/** The options, checked. */
export interface StaticSettings {
  readonly root: string;
  /** Without a slash at its end, as it is in URLs. */
  readonly prefix: string;
  readonly index: string | false;
  readonly fallback: string | undefined;
  readonly precompressed: readonly Coding[];
  readonly cacheControl: string;
  readonly immutable: RegExp | undefined;
  readonly wellKnown: boolean;
  readonly types: Readonly<Record<string, string>>;
  readonly memory: number;
  readonly revalidate: number | undefined;
}

/** The value of a header. @param example shown in a message */
export const headerValue = (example: string): Check<string> =>
  is(`the value of a header, such as ${example}`, (value) => typeof value === 'string' && isHeader(value));

/** A folder, as a path or URL. */
export const folder: Check<string> = (value, at, report) => {
  const expected = 'the path of a folder that exists';
  const location = toPath(value);
  if (location === undefined) {
    report(at, value, expected);
    return '';
  }
  // Without `bigint`, Node 20 and 22 would no longer follow links to modules after a pipe or socket (nodejs/node#51142).
  const stats = statSync(location, { throwIfNoEntry: false, bigint: true });
  if (!stats?.isDirectory()) report(at, location, expected);
  return location;
};

/** An absolute path; undefined if a value is not a path. */
export function toPath(value: unknown): string | undefined {
  try {
    if (value instanceof URL) return fileURLToPath(value);
  } catch {
    return undefined;
  }
  return typeof value === 'string' && value !== '' && !value.includes('\0') ? path.resolve(value) : undefined;
}

const prefix: Check<string> = (value = '/', at, report) => {
  if (typeof value !== 'string' || !/^\/[^?#%*:\\]*$/.test(value) || /\/\/|\/\.{1,2}(?:\/|$)/.test(value)) {
    report(at, value, 'a path that begins with "/", such as "/assets"');
    return '';
  }
  return new URL(value, 'http://localhost').pathname.replace(/\/$/, '');
};

const index: Check<string | false> = (value = 'index.html', at, report) => {
  const isName = typeof value === 'string' && /^[^./\\][^/\\]*$/.test(value);
  if (value !== false && !isName) report(at, value, 'the name of a file, such as "index.html", or false');
  return value as string | false;
};

const precompressed: Check<readonly Coding[]> = (value = false, at, report) => {
  if (value === true) return CODINGS;
  if (value === false) return [];
  const given = list(
    oneOf(...CODINGS),
    `true, false, or a list of ${CODINGS.map((coding) => `"${coding}"`).join(', ')}`,
  )(value, at, report);
  return CODINGS.filter((coding) => given.includes(coding));
};

const types: Check<Readonly<Record<string, string>>> = (value = {}, at, report) => {
  const given = record(headerValue('"model/obj"'), 'media types by extension')(value, at, report);
  return Object.fromEntries(
    Object.entries(given).map(([extension, type]) => {
      if (!/^\.[^./\\]+$/.test(extension)) report(at, extension, 'extensions with a dot, such as ".obj"');
      return [extension.toLowerCase(), type];
    }),
  );
};

const check: Check<StaticSettings> = shapeOf(
  {
    root: folder,
    prefix,
    index,
    fallback: optional(
      is<string>(
        'the path of a file in the folder, such as "index.html"',
        (value) => typeof value === 'string' && /^[^/\\]+(?:\/[^/\\]+)*$/.test(value),
      ),
    ),
    precompressed,
    cacheControl: orElse(headerValue('"max-age=3600"'), 'no-cache'),
    immutable: optional(
      is<RegExp>(
        'a regular expression without the flags g and y',
        (value) => value instanceof RegExp && !value.global && !value.sticky,
      ),
    ),
    wellKnown: orElse(flag, false),
    types,
    memory: orElse(
      is<number>('a whole number of bytes', (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER)),
      33_554_432,
    ),
    revalidate: optional(milliseconds),
  },
  'an object of options, such as { root: "public" }',
);

/** @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists every problem */
export function readStaticOptions(given: StaticOptions): StaticSettings {
  return checkBuiltIn('serveStatic', check, given);
}

function isHeader(value: string): boolean {
  return value !== '' && /^[\t\x20-\x7e]+$/.test(value);
}
