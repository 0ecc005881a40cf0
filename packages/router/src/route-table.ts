import { METHODS } from 'node:http';

import { BadRequestError, HttpError } from '@blaizejs/errors';
import type { PathParams } from '@blaizejs/types';
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
  readonly entry: E;
  /** Decoded once. None has `..` as a segment, or a NUL: what is joined with a folder stays in it. */
  readonly params: PathParams;
  /** What follows the `?`, not decoded. */
  readonly querystring: string;
}

interface Stored<E> {
  readonly entry: E;
  readonly wildcard: string | undefined;
  /** Whether it fits more paths than the one that it spells out. */
  readonly open: boolean;
}

const SLASH = 47;

// What makes a target worth a closer look: an encoding, a character that no URL has, `..`, an empty segment, one that
// begins with a full stop.
const SUSPECT = /[^!-"$&-[\]-~]|\W\.|\/(?:[/?]|$)/;
const INVALID = /[^!-"$-[\]-~]|%00/;
const DOT_SEGMENT = /(?:\/|%2f|%5c)(?:\.|%2e){1,2}(?:\/|%2f|%5c|$)/i;
const PARENT_SEGMENT = /(?:^|[/\\])\.\.(?:$|[/\\])/;
const EMPTY_SEGMENT = /\/(?:\/|$)/;

const badUrl = (): never => {
  throw new BadRequestError('The path is not a valid percent-encoded path.');
};
const dotSegment = (): never => {
  throw new BadRequestError('The path has a dot segment, such as "..".');
};

/** What is served: methods and patterns, each with what the caller wants to find there. Built once, then only read. */
export class RouteTable<E> {
  readonly #router: findMyWay.Instance<findMyWay.HTTPVersion.V1>;
  readonly #methods = new Set<string>();
  readonly #maxUrlLength: number;

  constructor(options: RouteTableOptions = {}) {
    const { caseSensitive = true, ignoreTrailingSlash = false } = options;
    // Long enough for a signed token in a path, short enough that a hostile one costs nothing.
    const { maxUrlLength = 8192, maxParamLength = 2048 } = options;
    this.#maxUrlLength = maxUrlLength;
    this.#router = findMyWay({
      caseSensitive,
      ignoreTrailingSlash,
      maxParamLength,
      onBadUrl: badUrl,
      onMaxParamLength: () => {
        throw tooLong('A parameter of the path', 'maxParamLength', maxParamLength);
      },
      // The query is parsed when somebody reads it.
      querystringParser: (querystring) => querystring,
    });
  }

  /**
   * @param wildcard what the rest of the path is called in `params`, in place of `*`
   * @throws AssertionError where the method or pattern is not one, or is taken
   */
  add(method: string, pattern: string, entry: E, wildcard?: string): void {
    const stored: Stored<E> = { entry, wildcard, open: /[:*]|[^!-~]/.test(pattern) };
    this.#router.on(method as findMyWay.HTTPMethod, pattern, unused, stored);
    this.#methods.add(method);
  }

  /**
   * Nothing is normalised. A path with a dot segment (`..`, `%2e%2e`, also next to an encoded slash) is refused: clients
   * remove those before they send them, and whoever stands before this server may have read it otherwise (CWE-22). An
   * encoded slash is data, an empty segment is a segment, and a parameter is never empty.
   *
   * @param target path and query as they came
   * @throws BadRequestError (400) for a broken percent-encoding, a dot segment, and what no URL has (RFC 3986); HttpError
   * (414) for an endless URL or parameter
   */
  find(method: string, target: string): RouteMatch<E> | undefined {
    if (target.length > this.#maxUrlLength) throw tooLong('The URL', 'maxUrlLength', this.#maxUrlLength);
    // The router would read another form, and end the path at a fragment, where others do not.
    if (target.charCodeAt(0) !== SLASH || target.includes('#')) badUrl();
    const found = this.#router.find(method as findMyWay.HTTPMethod, target);
    if (found === null) {
      checkPath(pathOf(target));
      return undefined;
    }
    // What find-my-way gives for a path that it refuses has no store, and a handler that throws.
    if (found.store === null) (found.handler as () => void)();
    const { entry, wildcard, open } = found.store as Stored<E>;
    const params = found.params as PathParams;
    if (open && SUSPECT.test(target) && !fits(params, pathOf(target))) return undefined;
    if (wildcard !== undefined) {
      params[wildcard] = params['*'] ?? '';
      delete params['*'];
    }
    return { entry, params, querystring: found.searchParams as unknown as string };
  }

  /** The methods that a path is served with, in alphabetical order, OPTIONS among them; empty for an unknown path. */
  methodsOf(target: string): string[] {
    const all =
      target === '*' ? [...this.#methods] : [...this.#methods].filter((method) => this.find(method, target));
    return all.length === 0 ? [] : [...new Set([...all, 'OPTIONS'])].sort();
  }
}

/** Whether HTTP defines a method, as far as Node knows. */
export function isKnownMethod(method: string): boolean {
  return METHODS.includes(method);
}

function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

function checkPath(path: string): void {
  if (INVALID.test(path)) badUrl();
  if (DOT_SEGMENT.test(path)) dotSegment();
}

/** Whether each parameter has something to fill it; the rest of a path may well be empty. */
function fits(params: PathParams, path: string): boolean {
  checkPath(path);
  for (const [name, value] of Object.entries(params)) {
    // It need not be a segment of the path: `/@:name` would make it of `/@..`.
    if (PARENT_SEGMENT.test(value)) dotSegment();
    if (value === '' && name !== '*' && EMPTY_SEGMENT.test(path)) return false;
  }
  return true;
}

function tooLong(what: string, limit: string, characters: number): HttpError {
  return new HttpError(414, `${what} is longer than ${characters} characters.`, { limit });
}

function unused(): void {}
