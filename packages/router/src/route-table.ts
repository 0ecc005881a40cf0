import { BadRequestError, HttpError } from '@blaizejs/errors';
import type { RouteConstraints } from '@blaizejs/types';
import findMyWay from '#find-my-way';

import { compileConstraints, type HeadTest, type RequestHead } from './constraints.ts';

/** The options of a {@link RouteTable}. */
export interface RouteTableOptions {
  /** Default: true. */
  readonly caseSensitive?: boolean | undefined;
  /** Whether `/users` also serves `/users/`. Default: false. */
  readonly ignoreTrailingSlash?: boolean | undefined;
  /** The maximum length of path and query, in characters. Default: 8 192. */
  readonly maxUrlLength?: number | undefined;
  /** The maximum length of a decoded parameter, in characters. Default: 2 048. */
  readonly maxParamLength?: number | undefined;
}

/** The result of a lookup. */
export interface RouteMatch<E> {
  /** Distinguishes it from a {@link RouteRefusal}. */
  readonly refusal: undefined;
  readonly entry: E;
  /** Decoded once. No parameter contains the segment `..` or a NUL, so a path that is joined with a folder stays in it. */
  readonly params: Record<string, string>;
  /** The part after the `?`, not decoded. */
  readonly querystring: string;
}

/** The refusal of a path that is invalid or exceeds a limit. */
export interface RouteRefusal {
  /** 400 or 414. */
  readonly refusal: HttpError;
}

interface Stored<E> {
  readonly entry: E;
  readonly wildcard: string | undefined;
  /** Whether it can match more than one path. */
  readonly open: boolean;
}

type Router = findMyWay.Instance<findMyWay.HTTPVersion.V1>;
type Found = NonNullable<ReturnType<Router['find']>>;

const SLASH = 47;
// The only strategy: all constraints of an entry are one test of a head.
const HEAD = 'head';
const headStrategy = {
  name: HEAD,
  mustMatchWhenDerived: false,
  storage: (): object => {
    const masks = new Map<HeadTest, number>();
    return {
      // To build the storage, find-my-way also asks for a constraint itself.
      get: (wanted: HeadTest | RequestHead): number => {
        if (typeof wanted === 'function') return masks.get(wanted) ?? 0;
        let mask = 0;
        for (const [test, bits] of masks) if (test(wanted)) mask |= bits;
        return mask;
      },
      set: (test: HeadTest, mask: number): void => void masks.set(test, mask),
    };
  },
  // `find()` is given a head, and nothing is derived.
  deriveConstraint: (): undefined => undefined,
};

// Signs that a target needs a closer look: an encoding, a character that a URL can't contain, `..`, an empty segment, or a
// segment that begins with a dot.
const SUSPECT = /[^!-"$&-[\]-~]|\W\.|\/(?:[/?]|$)/;
const INVALID = /[^!-"$-[\]-~]|%00/;
const DOT_SEGMENT = /(?:\/|%2f|%5c)(?:\.|%2e){1,2}(?:\/|%2f|%5c|$)/i;
const PARENT_SEGMENT = /(?:^|[/\\])\.\.(?:$|[/\\])/;
// The only character that is longer in lower case. find-my-way matches the lower-case path, but cuts the parameters out of
// the original, so everything after this character would be cut in the wrong place.
const GROWS = /İ|%c4%b0/i;
const EMPTY_SEGMENT = /\/(?:\/|$)/;

const badUrl = (): HttpError => new BadRequestError('The path is not a valid percent-encoded path.');
const dotSegment = (): HttpError => new BadRequestError('The path has a dot segment, such as "..".');

/** Maps methods and patterns to entries of any type. Built once, then only read. */
export class RouteTable<E> {
  readonly #router: Router;
  /** The wildcards, if trailing slashes are ignored: `/files/` must still match `/files/*`. */
  readonly #wildcards: Router | undefined;
  readonly #methods = new Set<string>();
  readonly #maxUrlLength: number;
  readonly #isCaseSensitive: boolean;
  /** Whether any entry has constraints. */
  isConstrained = false;

  constructor(options: RouteTableOptions = {}) {
    const { caseSensitive = true, ignoreTrailingSlash = false } = options;
    // Long enough for a signed token in a path, and short enough to make hostile paths cheap.
    const { maxUrlLength = 8192, maxParamLength = 2048 } = options;
    this.#maxUrlLength = maxUrlLength;
    this.#isCaseSensitive = caseSensitive;
    const settings = {
      constraints: { [HEAD]: headStrategy },
      caseSensitive,
      maxParamLength,
      onBadUrl: badUrl,
      onMaxParamLength: () => tooLong('A parameter of the path', 'maxParamLength', maxParamLength),
      // The query is parsed when it is first read.
      querystringParser: (querystring: string) => querystring,
    };
    // Contrary to the types, a parsed query need not be an object.
    this.#router = findMyWay({
      ...settings,
      ignoreTrailingSlash,
    } as object);
    this.#wildcards = ignoreTrailingSlash ? findMyWay(settings as object) : undefined;
  }

  /**
   * @param wildcard the name of the rest of the path in `params`, instead of `*`
   * @param constraints of two entries for one method and pattern, the one that is added last is found first
   * @throws AssertionError if the method or pattern is invalid, or is already in the table
   */
  add(method: string, pattern: string, entry: E, wildcard?: string, constraints?: RouteConstraints): void {
    const options = constraints ? { constraints: { [HEAD]: compileConstraints(constraints) } } : {};
    this.isConstrained ||= constraints !== undefined;
    const renamed = wildcard === '*' ? undefined : wildcard;
    const stored: Stored<E> = { entry, wildcard: renamed, open: /[:*]|[^!-~]/.test(pattern) };
    this.#router.on(method as findMyWay.HTTPMethod, pattern, options, unused, stored);
    if (pattern.endsWith('*'))
      this.#wildcards?.on(method as findMyWay.HTTPMethod, pattern, options, unused, stored);
    this.#methods.add(method);
  }

  /**
   * Finds the entry for a request. Nothing is normalised. A path with a dot segment (`..`, `%2e%2e`, also next to an encoded
   * slash) is refused: clients remove these before sending, and a proxy may have read them differently (CWE-22). An encoded
   * slash is data, an empty segment is a segment, and a parameter is never empty.
   *
   * @param target path and query as received
   * @param head what constraints are compared with; without it, only entries that have none are found
   * @returns undefined if nothing serves the path; a refusal with 400 for a broken percent-encoding, a dot segment, or a
   * character that a URL can't contain (RFC 3986), or with 414 for a URL or parameter that is too long. If case is ignored,
   * a path with `İ` is not served
   */
  find(method: string, target: string, head?: RequestHead): RouteMatch<E> | RouteRefusal | undefined {
    if (target.length > this.#maxUrlLength) {
      return { refusal: tooLong('The URL', 'maxUrlLength', this.#maxUrlLength) };
    }
    // The router would accept other forms, and end the path at a fragment, which others do not.
    if (target.charCodeAt(0) !== SLASH || target.includes('#')) return { refusal: badUrl() };
    if (!this.#isCaseSensitive && GROWS.test(target)) return undefined;
    const derived = this.isConstrained && head ? { [HEAD]: head } : undefined;
    const found = this.#lookUp(method as findMyWay.HTTPMethod, target, derived);
    if (found === null) {
      const refusal = checkPath(pathOf(target));
      return refusal && { refusal };
    }
    // For a path that find-my-way refuses, the result has no store, and its handler calls one of the functions above.
    if (found.store === null) return { refusal: (found.handler as () => HttpError)() };
    const { entry, wildcard, open } = found.store as Stored<E>;
    const params = found.params as Record<string, string>;
    if (open && SUSPECT.test(target)) {
      const path = pathOf(target);
      const refusal = checkPath(path) ?? checkParams(params);
      if (refusal) return { refusal };
      if (!areFilled(params, path)) return undefined;
    }
    if (wildcard !== undefined) {
      params[wildcard] = params['*'] ?? '';
      delete params['*'];
    }
    return { refusal: undefined, entry, params, querystring: found.searchParams as unknown as string };
  }

  /**
   * For a path with a trailing slash, a route without it takes precedence over wildcards, and a longer wildcard over a
   * shorter one: `/files`, `/files/*`, `/*`.
   */
  #lookUp(method: findMyWay.HTTPMethod, target: string, derived: object | undefined): Found | null {
    const found = this.#router.find(method, target, derived);
    if (!this.#wildcards || (found !== null && !isWildcard(found)) || !pathOf(target).endsWith('/'))
      return found;
    const rest = this.#wildcards.find(method, target, derived);
    return rest === null || (found !== null && rest.store === found.store) ? found : rest;
  }

  /** The methods of a path, in alphabetical order and including OPTIONS; empty for an unknown or invalid path. */
  methodsOf(target: string, head?: RequestHead): string[] {
    const served = [...this.#methods].filter((method) => {
      if (target === '*') return true;
      const found = this.find(method, target, head);
      return found !== undefined && found.refusal === undefined;
    });
    return served.length === 0 ? [] : [...new Set([...served, 'OPTIONS'])].sort();
  }
}

function isWildcard({ params }: Found): boolean {
  return '*' in params;
}

function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

function checkPath(path: string): HttpError | undefined {
  if (INVALID.test(path)) return badUrl();
  return DOT_SEGMENT.test(path) ? dotSegment() : undefined;
}

/** A parameter need not be a whole segment: `/@:name` would turn `/@..` into `..`. */
function checkParams(params: Record<string, string>): HttpError | undefined {
  return Object.values(params).some((value) => PARENT_SEGMENT.test(value)) ? dotSegment() : undefined;
}

/** Whether no parameter is empty. A wildcard may be empty. */
function areFilled(params: Record<string, string>, path: string): boolean {
  if (!EMPTY_SEGMENT.test(path)) return true;
  return Object.entries(params).every(([name, value]) => value !== '' || name === '*');
}

function tooLong(what: string, limit: string, characters: number): HttpError {
  return new HttpError(414, `${what} is longer than ${characters} characters.`, { limit });
}

function unused(): void {}
