import { createContext } from '@blaizejs/context';
import { RequestContext } from '@blaizejs/context/internal';
import type { Middleware, Next } from '@blaizejs/types';

/** What middleware notes in these tests. */
export type Log = string[];

const logs = new WeakMap<object, Log>();

/** A context whose middleware writes to a log. */
export function contextWith(log: Log = []): RequestContext {
  const ctx: unknown = createContext(new Request('http://localhost/'));
  if (!(ctx instanceof RequestContext)) throw new TypeError('createContext() makes a RequestContext.');
  logs.set(ctx, log);
  return ctx;
}

/** The log of a context. */
export function logOf(ctx: object): Log {
  return logs.get(ctx) ?? [];
}

type Handler = NonNullable<Middleware['handler']>;

/** A handler that has the log before its eyes. */
export function handlerOn(run: (log: Log, next: Next) => unknown): Handler {
  return (ctx, next) => run(logOf(ctx), next) as ReturnType<Handler>;
}

/** Notes when it begins and ends. */
export function sync(name: string): Handler {
  return (ctx, next) => {
    logOf(ctx).push(`${name} in`);
    void next();
    logOf(ctx).push(`${name} out`);
  };
}

/** As {@link sync}, but asynchronous. */
export function later(name: string): Handler {
  return async (ctx, next) => {
    logOf(ctx).push(`${name} in`);
    await next();
    logOf(ctx).push(`${name} out`);
  };
}
