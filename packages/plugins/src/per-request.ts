import type { Context, Services } from '@blaizejs/types';

/** Creates a value for one request. */
export type PerRequest = (ctx: Context) => unknown;

const CONTEXT = Symbol('context');

interface Owner {
  [CONTEXT]: Context;
}

/**
 * Returns a function that makes the services of one request: the shared ones, and values that are created when first read
 * and disposed of when the request is over. The getters are defined here, once.
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
  // If the log throws, the caller of the listener handles it.
  ctx.response.onFinish(() =>
    Promise.resolve()
      .then(() => dispose.call(value))
      .catch((error: unknown) => {
        ctx.log.error({ err: error }, `The service "${name}" of a request could not be disposed of`);
      }),
  );
}
