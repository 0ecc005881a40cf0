import { BadRequestError, HttpError } from '@blaizejs/errors';
import findMyWay from 'find-my-way';

/** How paths are compared. */
export interface RouteTableOptions {
  /** Default: true. */
  readonly caseSensitive?: boolean | undefined;
  /** Whether `/users/` is served by `/users`. Default: false. */
  readonly ignoreTrailingSlash?: boolean | undefined;
  /** Characters of path and query. Default: 8 192. */
  readonly maxUrlLength?: number | undefined;
  /** Characters of one parameter, decoded. Default: 2 048. */
  readonly maxParamLength?: number | undefined;
}

/** What a lookup found. */
export interface RouteMatch<E> {
  /** Tells it from a {@link RouteRefusal}. */
  readonly refusal: undefined;
  readonly entry: E;
  /** Decoded once. None has `..` as a segment, or a NUL: what is joined with a folder stays in it. */
  readonly params: Record<string, string>;
  /** What follows the `?`, not decoded. */
  readonly querystring: string;
}

/** A path that can't be read, or exceeds a limit. */
export interface RouteRefusal {
  /** 400 or 414. */
  readonly refusal: HttpError;
}

interface Stored<E> {
  readonly entry: E;
  readonly wildcard: string | undefined;
  /** Whether it fits more paths than the one that it spells out. */
  readonly open: boolean;
}

type Router = findMyWay.Instance<findMyWay.HTTPVersion.V1>;
type Found = NonNullable<ReturnType<Router['find']>>;

const SLASH = 47;

// What makes a target worth a closer look: an encoding, a character that no URL has, `..`, an empty segment, one that
// begins with a full stop.
const SUSPECT = /[^!-"$&-[\]-~]|\W\.|\/(?:[/?]|$)/;
const INVALID = /[^!-"$-[\]-~]|%00/;
const DOT_SEGMENT = /(?:\/|%2f|%5c)(?:\.|%2e){1,2}(?:\/|%2f|%5c|$)/i;
const PARENT_SEGMENT = /(?:^|[/\\])\.\.(?:$|[/\\])/;
// The one character that is longer in lower case. find-my-way lowers a path and then cuts the parameters out of the one
// that came, so that what is behind it would be cut in the wrong place.
const GROWS = /İ|%c4%b0/i;
const EMPTY_SEGMENT = /\/(?:\/|$)/;

const badUrl = (): HttpError => new BadRequestError('The path is not a valid percent-encoded path.');
const dotSegment = (): HttpError => new BadRequestError('The path has a dot segment, such as "..".');

/** What is served: methods and patterns, each with what the caller wants to find there. Built once, then only read. */
export class RouteTable<E> {
  readonly #router: Router;
  /** The wildcards, if trailing slashes are ignored: `/files/` is where the path of `/files/*` begins. */
  readonly #wildcards: Router | undefined;
  readonly #methods = new Set<string>();
  readonly #maxUrlLength: number;
  readonly #isCaseSensitive: boolean;

  constructor(options: RouteTableOptions = {}) {
    const { caseSensitive = true, ignoreTrailingSlash = false } = options;
    // Long enough for a signed token in a path, short enough that a hostile one costs nothing.
    const { maxUrlLength = 8192, maxParamLength = 2048 } = options;
    this.#maxUrlLength = maxUrlLength;
    this.#isCaseSensitive = caseSensitive;
    const settings = {
      caseSensitive,
      maxParamLength,
      onBadUrl: badUrl,
      onMaxParamLength: () => tooLong('A parameter of the path', 'maxParamLength', maxParamLength),
      // The query is parsed when somebody reads it.
      querystringParser: (querystring: string) => querystring,
    };
    // Its types say that a parsed query is an object.
    this.#router = findMyWay({
      ...settings,
      ignoreTrailingSlash,
    });
    this.#wildcards = ignoreTrailingSlash ? findMyWay(settings as object) : undefined;
  }

  /**
   * @param wildcard what the rest of the path is called in `params`, in place of `*`
   * @throws AssertionError where the method or pattern is not one, or is taken
   */
  add(method: string, pattern: string, entry: E, wildcard?: string): void {
    const renamed = wildcard === '*' ? undefined : wildcard;
    const stored: Stored<E> = { entry, wildcard: renamed, open: /[:*]|[^!-~]/.test(pattern) };
    this.#router.on(method as findMyWay.HTTPMethod, pattern, unused, stored);
    if (pattern.endsWith('*')) this.#wildcards?.on(method as findMyWay.HTTPMethod, pattern, unused, stored);
    this.#methods.add(method);
  }

  /**
   * Nothing is normalised. A path with a dot segment (`..`, `%2e%2e`, also next to an encoded slash) is refused: clients
   * remove those before they send them, and whoever stands before this server may have read it otherwise (CWE-22). An
   * encoded slash is data, an empty segment is a segment, and a parameter is never empty.
   *
   * @param target path and query as they came
   * @returns undefined for a path that is not served; a refusal (400) for a broken percent-encoding, a dot segment, and
   * what no URL has (RFC 3986), and (414) for a URL or parameter beyond its limit. Without case, a path with `İ` is not served
   */
  find(method: string, target: string): RouteMatch<E> | RouteRefusal | undefined {
    if (target.length > this.#maxUrlLength) {
      return { refusal: tooLong('The URL', 'maxUrlLength', this.#maxUrlLength) };
    }
    // The router would read another form, and end the path at a fragment, where others do not.
    if (target.charCodeAt(0) !== SLASH || target.includes('#')) return { refusal: badUrl() };
    if (!this.#isCaseSensitive && GROWS.test(target)) return undefined;
    const found = this.#lookUp(method as findMyWay.HTTPMethod, target);
    if (found === null) {
      const refusal = checkPath(pathOf(target));
      return refusal && { refusal };
    }
    // What find-my-way gives for a path that it refuses has no store, and a handler that calls one of those above.
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
   * A route that ends at the slash goes before a wildcard, and a wildcard that begins there before one that begins further
   * up: `/files`, `/files/*`, `/*`.
   */
  #lookUp(method: findMyWay.HTTPMethod, target: string): Found | null {
    const found = this.#router.find(method, target);
    if (!this.#wildcards || (found !== null && !isWildcard(found)) || !pathOf(target).endsWith('/'))
      return found;
    const rest = this.#wildcards.find(method, target);
    return rest === null || (found !== null && rest.store === found.store) ? found : rest;
  }

  /**
   * The methods that a path is served with, in alphabetical order, OPTIONS among them; empty for an unknown path, and
   * for one that can't be read.
   */
  methodsOf(target: string): string[] {
    const served = [...this.#methods].filter((method) => {
      if (target === '*') return true;
      const found = this.find(method, target);
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

/** A parameter need not be a segment of the path: `/@:name` would make `..` of `/@..`. */
function checkParams(params: Record<string, string>): HttpError | undefined {
  return Object.values(params).some((value) => PARENT_SEGMENT.test(value)) ? dotSegment() : undefined;
}

/** Whether each parameter has something to fill it; the rest of a path may well be empty. */
function areFilled(params: Record<string, string>, path: string): boolean {
  if (!EMPTY_SEGMENT.test(path)) return true;
  return Object.entries(params).every(([name, value]) => value !== '' || name === '*');
}

function tooLong(what: string, limit: string, characters: number): HttpError {
  return new HttpError(414, `${what} is longer than ${characters} characters.`, { limit });
}

function unused(): void {}
