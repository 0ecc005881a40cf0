import { BlaizeError } from '@blaizejs/errors';
import type { Next } from '@blaizejs/types';

type Handler<C> = (ctx: C, next: Next) => unknown;

/** Makes middleware fail that is async and has neither awaited nor otherwise handled the promise of `next()`. */
export function watchNext<C>(name: string, handler: Handler<C>): Handler<C> {
  return (ctx, next) => {
    let rest: Rest | undefined;
    let ended = false;
    const result = handler(ctx, () => {
      if (ended) throw calledLate(name);
      const running = next();
      return running && (rest = new Rest(running));
    });
    if (!(result instanceof Promise)) return result === rest ? rest?.promise : result;
    return result.then(
      async (value: unknown) => {
        ended = true;
        if (!rest || rest.isObserved) return value;
        // An error of the rest takes precedence: it is what somebody is looking for.
        await rest.promise;
        throw notAwaited(name);
      },
      (error: unknown) => {
        ended = true;
        throw error;
      },
    );
  };
}

/** What `next()` returns if the rest of the chain is asynchronous: a promise that knows whether anybody has used it. */
class Rest implements Promise<void> {
  readonly [Symbol.toStringTag] = 'Promise';
  readonly promise: Promise<void>;
  isObserved = false;

  constructor(promise: Promise<void>) {
    this.promise = promise;
    // If it fails before anybody has used it, that must not end the process.
    promise.catch(ignore);
  }

  then<A = void, B = never>(
    onFulfilled?: ((value: void) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.isObserved = true;
    return this.promise.then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<void | B> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<void> {
    this.isObserved = true;
    return this.promise.finally(onFinally);
  }
}

function ignore(): void {}

function notAwaited(name: string): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_NEXT_NOT_AWAITED',
    `Middleware "${name || 'anonymous'}" is async and did not await next(). ` +
      'In production, its answer would be sent before the rest of the chain has ended. Write `await next()`.',
  );
}

function calledLate(name: string): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_NEXT_LATE',
    `Middleware "${name || 'anonymous'}" called next() after it had ended and the request was already answered. ` +
      'Await the code that calls it.',
  );
}
