import { BlaizeError } from '@blaizejs/errors';
import type { MiddlewareContext, MiddlewareInput, Next, StateOf } from '@blaizejs/types';

/** Anything that can stand in a chain over a context of type `C`. */
export type Composable<C> =
  | ((ctx: C, next: Next) => unknown)
  | { readonly name: string; handler(ctx: C, next: Next): unknown; skip?(ctx: C): boolean };

/** A chain, ready to run. Synchronous as long as all of it is. */
export type Composed<C> = (ctx: C, next?: Next) => void | Promise<void>;

/** Middleware that was made of a list of middleware, and adds to `ctx.state` what all of it does. */
export type ComposedMiddleware<List extends readonly MiddlewareInput[]> = Composed<MiddlewareContext> & {
  /** Carries what it adds for inference; never set. */
  readonly '~adds'?: StateOf<List>;
};

/**
 * Joins middleware to one function: the first runs first, `next()` runs the rest, and what comes after it runs in
 * reverse. The work of joining is done here, once. An error thrown further in comes out of `next()`.
 *
 * A middleware that forgets to await `next()` neither loses what comes after nor its errors: the chain ends when all
 * of it has.
 *
 * @param handler what the innermost `next()` runs; without it, that is what the composed function is called with
 * @throws BlaizeError `ERR_BLAIZE_NEXT_TWICE`, out of the second `next()` of a middleware
 */
export function compose<const List extends readonly MiddlewareInput[]>(
  middleware: List,
): ComposedMiddleware<List>;
export function compose<C>(
  middleware: readonly Composable<C>[],
  handler?: (ctx: C) => void | Promise<void>,
): Composed<C>;
export function compose<C>(
  middleware: readonly Composable<C>[],
  handler?: (ctx: C) => void | Promise<void>,
): Composed<C> {
  const end: Composed<C> = handler ?? ((_ctx, next) => next?.());
  return middleware.reduceRight<Composed<C>>((rest, current) => link(current, rest), end);
}

function link<C>(current: Composable<C>, rest: Composed<C>): Composed<C> {
  const handler = typeof current === 'function' ? current : current.handler.bind(current);
  const run: Composed<C> = (ctx, next) => {
    const call = new Call();
    let result: unknown;
    try {
      result = handler(ctx, () => {
        if (call.made) throw calledTwice(current.name);
        call.made = true;
        const running = rest(ctx, next);
        return isPromise(running) ? (call.rest = new Rest(running)) : undefined;
      });
    } catch (error) {
      if (!call.rest) throw error;
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it stays what it was
      result = Promise.reject(error);
    }
    if (result === call.rest) return call.rest?.promise;
    return isPromise(result) || call.rest ? ended(result, call) : undefined;
  };
  if (typeof current === 'function' || !current.skip) return run;
  return (ctx, next) => (current.skip?.(ctx) ? rest(ctx, next) : run(ctx, next));
}

/** What one middleware has done with its `next`. */
class Call {
  made = false;
  rest: Rest | undefined;
}

/**
 * What `next()` gives where the rest of the chain is asynchronous. It knows whether its errors are taken care of:
 * `await` and `catch` do that, to forget it does not.
 */
class Rest implements Promise<void> {
  readonly [Symbol.toStringTag] = 'Promise';
  readonly promise: Promise<void>;
  isHandled = false;

  constructor(promise: Promise<void>) {
    this.promise = promise;
    void forgettable(promise);
  }

  then<A = void, B = never>(
    onFulfilled?: ((value: void) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isHandled ||= typeof onRejected === 'function';
    return forgettable(this.promise.then(onFulfilled, onRejected));
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<void | B> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<void> {
    return forgettable(this.promise.finally(onFinally));
  }
}

/** Waits for a middleware and for the rest that it began. Its own error goes first, then that of a forgotten rest. */
async function ended(result: unknown, call: Call): Promise<void> {
  try {
    await result;
  } catch (error) {
    if (!call.rest?.isHandled) await call.rest?.promise.catch(ignore);
    throw error;
  }
  await (call.rest?.isHandled ? call.rest.promise.catch(ignore) : call.rest?.promise);
}

// Whoever is forgotten is waited for later than it may fail; until then this is no unhandled rejection.
function forgettable<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

function ignore(): void {}

function isPromise<T>(value: T): value is T & Promise<void> {
  return typeof (value as PromiseLike<void> | undefined)?.then === 'function';
}

function calledTwice(name: string): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_NEXT_TWICE',
    `Middleware "${name || 'anonymous'}" called next() twice. Each call would run the rest of the chain again.`,
  );
}
