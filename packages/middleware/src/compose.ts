import { BlaizeError } from '@blaizejs/errors';
import type { Next } from '@blaizejs/types';

/** Anything that can stand in a chain over a context of type `C`. */
export type Composable<C> =
  | ((ctx: C, next: Next) => unknown)
  | { readonly name: string; handler(ctx: C, next: Next): unknown; skip?(ctx: C): boolean };

/** A chain, ready to run. Synchronous as long as all of it is. */
export type Composed<C> = (ctx: C, next?: Next) => void | Promise<void>;

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
export function compose<C>(
  middleware: readonly Composable<C>[],
  handler?: (ctx: C) => void | Promise<void>,
): Composed<C> {
  const end: Composed<C> = handler ?? ((_ctx, next) => next?.());
  return middleware.reduceRight<Composed<C>>((rest, current) => link(current, rest), end);
}

function link<C>(current: Composable<C>, rest: Composed<C>): Composed<C> {
  if (typeof current !== 'function' && current.skip) {
    const { handler, name } = current;
    const run = link<C>({ name, handler }, rest);
    return (ctx, next) => (current.skip?.(ctx) ? rest(ctx, next) : run(ctx, next));
  }
  const handler = typeof current === 'function' ? current : current.handler.bind(current);
  return (ctx, next) => {
    let called = false;
    let inner: void | Promise<void> = undefined;
    const result = handler(ctx, () => {
      if (called) throw calledTwice(current.name);
      called = true;
      return (inner = rest(ctx, next));
    });
    if (!isPromise(result)) return inner;
    return isPromise(inner) ? bothOf(result, inner) : (result as Promise<void>);
  };
}

async function bothOf(outer: PromiseLike<unknown>, inner: PromiseLike<unknown>): Promise<void> {
  await Promise.all([outer, inner]);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

function calledTwice(name: string): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_NEXT_TWICE',
    `Middleware "${name || 'anonymous'}" called next() twice. Each call would run the rest of the chain again.`,
  );
}
