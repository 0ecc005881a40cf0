import type { Context, Services } from '@blaizejs/types';

/** Makes a value for one request. */
export type PerRequest = (ctx: Context) => unknown;

const CONTEXT = Symbol('context');

interface Owner {
  [CONTEXT]: Context;
}

/**
 * Makes a function that gives each request its own services: those that all share, and values that are made when they are
 * first read, and given back when the request is over. The getters are made here, once.
 */
export function compilePerRequest(
  services: Services,
  makers: ReadonlyMap<string, PerRequest>,
): (ctx: Context) => Services {
  const prototype = Object.create(services) as object;
  for (const [name, make] of makers) {
    Object.defineProperty(prototype, name, {
      enumerable: true,
      get(this: Owner) {
        const ctx = this[CONTEXT];
        const value = make(ctx);
        Object.defineProperty(this, name, { value, enumerable: true });
        disposeWith(ctx, value, name);
        return value;
      },
    });
  }
  return (ctx) => Object.create(prototype, { [CONTEXT]: { value: ctx } }) as Services;
}

function disposeWith(ctx: Context, value: unknown, name: string): void {
  const { [Symbol.asyncDispose]: later, [Symbol.dispose]: now } = Object(value) as Partial<
    AsyncDisposable & Disposable
  >;
  const dispose = later ?? now;
  if (typeof dispose !== 'function') return;
  // What the log throws is left to whoever calls the listener.
  ctx.response.onFinish(() =>
    Promise.resolve()
      .then(() => dispose.call(value))
      .catch((error: unknown) => {
        ctx.log.error({ err: error }, `The service "${name}" of a request could not be disposed of`);
      }),
  );
}
