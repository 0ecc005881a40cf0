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
}

/** What a lookup found. */
export interface RouteMatch<E> {
  readonly entry: E;
  readonly params: PathParams;
  /** What follows the `?`, not decoded. */
  readonly querystring: string;
}

interface Stored<E> {
  readonly entry: E;
  readonly wildcard: string | undefined;
}

// Long enough for a signed token in a path, short enough that a hostile one costs nothing.
const MAX_PARAM_LENGTH = 2048;

const badUrl = (): never => {
  throw new BadRequestError('The path is not a valid percent-encoded path.');
};
const longParam = (): never => {
  throw new HttpError(414, `A parameter of the path is longer than ${MAX_PARAM_LENGTH} characters.`);
};

/** What is served: methods and patterns, each with what the caller wants to find there. Built once, then only read. */
export class RouteTable<E> {
  readonly #router: findMyWay.Instance<findMyWay.HTTPVersion.V1>;
  readonly #methods = new Set<string>();

  constructor({ caseSensitive = true, ignoreTrailingSlash = false }: RouteTableOptions = {}) {
    this.#router = findMyWay({
      caseSensitive,
      ignoreTrailingSlash,
      maxParamLength: MAX_PARAM_LENGTH,
      onBadUrl: badUrl,
      onMaxParamLength: longParam,
      // The query is parsed when somebody reads it.
      querystringParser: (querystring) => querystring,
    });
  }

  /**
   * @param wildcard what the rest of the path is called in `params`, in place of `*`
   * @throws AssertionError where the method or pattern is not one, or is taken
   */
  add(method: string, pattern: string, entry: E, wildcard?: string): void {
    this.#router.on(method as findMyWay.HTTPMethod, pattern, unused, { entry, wildcard } satisfies Stored<E>);
    this.#methods.add(method);
  }

  /**
   * @param target path and query as they came
   * @throws BadRequestError (400) for a broken percent-encoding; HttpError (414) for an endless parameter
   */
  find(method: string, target: string): RouteMatch<E> | undefined {
    const found = this.#router.find(method as findMyWay.HTTPMethod, target);
    if (found === null) return undefined;
    // What find-my-way gives for a path that it refuses has no store, and a handler that throws.
    if (found.store === null) (found.handler as () => void)();
    const { entry, wildcard } = found.store as Stored<E>;
    const params = found.params as PathParams;
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

function unused(): void {}
