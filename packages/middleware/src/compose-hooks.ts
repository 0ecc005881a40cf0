import { isError, toError } from '@blaizejs/errors/internal';
import type { HookContext, Middleware } from '@blaizejs/types';

import { isPromise } from './is-promise.ts';
import { skips } from './skips.ts';

declare const BLAIZE_WITHOUT_MIDDLEWARE: true | undefined;

/** All `onSend` hooks of a route. Synchronous if all of them are. */
export type OnSend = (ctx: HookContext) => void | Promise<void>;

/** All `onError` hooks of a route. Returns the resulting error. */
export type OnError = (error: Error, ctx: HookContext) => Error | Promise<Error>;

/** Composes the `onSend` hooks, last middleware first; undefined if there are none. */
export const composeOnSend: (middleware: readonly Middleware[]) => OnSend | undefined =
  typeof BLAIZE_WITHOUT_MIDDLEWARE === 'undefined' ? onSendOf : () => undefined;

function onSendOf(middleware: readonly Middleware[]): OnSend | undefined {
  return middleware.reduce<OnSend | undefined>((rest, current) => {
    if (!current.onSend) return rest;
    return (ctx) => {
      if (skips(current, ctx)) return rest?.(ctx);
      const result = current.onSend?.(ctx);
      return isPromise(result) ? result.then(() => rest?.(ctx)) : rest?.(ctx);
    };
  }, undefined);
}

/** Composes the `onError` hooks, last middleware first; undefined if there are none. */
export const composeOnError: (middleware: readonly Middleware[]) => OnError | undefined =
  typeof BLAIZE_WITHOUT_MIDDLEWARE === 'undefined' ? onErrorOf : () => undefined;

function onErrorOf(middleware: readonly Middleware[]): OnError | undefined {
  return middleware.reduce<OnError | undefined>((rest, current) => {
    if (!current.onError) return rest;
    const goOn = (error: Error, ctx: HookContext): Error | Promise<Error> => rest?.(error, ctx) ?? error;
    return (error, ctx) => {
      const replaced = (value: unknown): Error | Promise<Error> => goOn(isError(value) ? value : error, ctx);
      const failed = (thrown: unknown): Error | Promise<Error> => goOn(toError(thrown), ctx);
      try {
        if (skips(current, ctx)) return goOn(error, ctx);
        const result = current.onError?.(error, ctx);
        return isPromise(result) ? result.then(replaced, failed) : replaced(result);
      } catch (thrown) {
        return failed(thrown);
      }
    };
  }, undefined);
}
