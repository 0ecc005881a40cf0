import { BlaizeError } from '@blaizejs/errors';
import {
  didYouMean,
  leftOut,
  middleware,
  MIDDLEWARE_KEYS,
  MIDDLEWARE_PARTS,
  problemsWith,
} from '@blaizejs/errors/internal';
import type { Middleware, MiddlewareHandler, MiddlewareInput } from '@blaizejs/types';

declare const BLAIZE_WITHOUT_MIDDLEWARE: true | undefined;

/** The options of {@link createMiddleware}: a name, and at least one of the four parts. */
export interface MiddlewareOptions<Adds, Needs = unknown> extends Pick<
  Middleware<Adds, Needs>,
  'onRequest' | 'handler' | 'onSend' | 'onError' | 'skip' | 'security'
> {
  /** For logs, `server.middleware` and `blaize routes`. Default: the handler's own name. */
  readonly name?: string | undefined;
}

/**
 * Creates a middleware. Its parts run at different times: `onRequest` before the handler, `handler` around the rest of the
 * chain, `onSend` when the answer is known, whatever it is, and `onError` for each error that becomes an answer.
 *
 * ```ts
 * const requireUser = createMiddleware<{ user: User }>({
 *   name: 'require-user',
 *   onRequest: async (ctx) => {
 *     const user = await userOf(ctx.request.header('authorization'));
 *     if (!user) return reply(401, { code: 'no-user' });
 *     ctx.state.user = user;
 *   },
 * });
 * ```
 *
 * @typeParam Adds what it puts on `ctx.state`; routes that use it see these properties
 * @typeParam Needs what middleware before it has put there; a route or server without it does not compile
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE` if there is no part, a part is not a function, or a key is unknown
 */
export function createMiddleware<Adds = unknown, Needs = unknown>(
  input: MiddlewareOptions<Adds, Needs> | MiddlewareHandler<Adds & Needs>,
): Middleware<Adds, Needs> {
  const options: MiddlewareOptions<Adds, Needs> = typeof input === 'function' ? { handler: input } : input;
  assertMiddleware(options, input);
  const unknown = Object.keys(options).find((key) => !MIDDLEWARE_KEYS.includes(key));
  if (unknown !== undefined) throw unknownPart(unknown);
  if (options.name !== undefined && typeof options.name !== 'string') {
    throw invalid(`The name of middleware must be a string, not a value of type ${typeof options.name}.`);
  }
  const name = options.name ?? (options.handler?.name || options.onRequest?.name || 'anonymous');
  return { ...withoutUndefined(options), name };
}

/** Turns middleware as options take it into a named one. @throws as {@link createMiddleware} does */
export const toMiddleware: (input: MiddlewareInput) => Middleware =
  typeof BLAIZE_WITHOUT_MIDDLEWARE === 'undefined' ? named : leftOut('middleware or use()');

function named(input: MiddlewareInput): Middleware {
  assertMiddleware(input, input);
  if (typeof input !== 'function') return input;
  // compose() returns a function that has hooks.
  const { onSend, onError } = input as Pick<Middleware, 'onSend' | 'onError'>;
  return createMiddleware({ handler: input, ...(onSend && { onSend }), ...(onError && { onError }) });
}

function assertMiddleware(value: unknown, input: unknown): void {
  const [problem] = problemsWith(middleware, value);
  if (!problem) return;
  const { path, received, expected, suggestion } = problem;
  if (path.startsWith('.')) {
    const part = path.slice(1);
    throw expected === 'a function'
      ? invalid(
          `The part "${part}" of middleware must be a function, not a value of type ${typeof received}.`,
        )
      : unknownPart(part);
  }
  const came = input === null ? 'null' : Array.isArray(input) ? 'a list' : `a value of type ${typeof input}`;
  throw invalid(
    `Middleware must be ${expected}, not ${came}. It needs one of ${MIDDLEWARE_PARTS.join(', ')}.` +
      (suggestion ? ` ${suggestion}` : ''),
  );
}

function unknownPart(name: string): BlaizeError {
  const suggestion = didYouMean(name, MIDDLEWARE_KEYS);
  return invalid(
    `Middleware has no part "${name}"; it has ${MIDDLEWARE_KEYS.join(', ')}.` +
      (suggestion ? ` ${suggestion}` : ''),
  );
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function invalid(message: string): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_MIDDLEWARE', message);
}
