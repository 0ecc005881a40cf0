import type { ObserveStep, RequestContext } from '@blaizejs/context/internal';
import { isReply, isResponse } from '@blaizejs/context/internal';
import { BlaizeError } from '@blaizejs/errors';
import type {
  HookContext,
  Middleware,
  MiddlewareContext,
  MiddlewareInput,
  NeedsOf,
  Next,
  StateOf,
} from '@blaizejs/types';

import { composeOnError, composeOnSend } from './compose-hooks.ts';
import { toMiddleware } from './create-middleware.ts';
import { isPromise } from './is-promise.ts';
import { skips } from './skips.ts';
import { watchNext } from './watch-next.ts';

declare const BLAIZE_WITHOUT_MIDDLEWARE: true | undefined;

/** A chain, ready to run. Synchronous if all of it is. */
export type Chain = (ctx: RequestContext, next?: Next) => void | Promise<void>;

/**
 * A list of middleware, composed to one.
 *
 * @typeParam Adds what the list puts on `ctx.state`
 * @typeParam Needs what the list needs there and does not put there itself
 */
export interface ComposedMiddleware<Adds = unknown, Needs = unknown> {
  (ctx: MiddlewareContext, next?: Next): void | Promise<void>;
  onSend?(ctx: HookContext): unknown;
  onError?(error: Error, ctx: HookContext): unknown;
  /** Carries `Adds` for inference; never set. */
  readonly '~adds'?: Adds;
  /** Carries `Needs` for inference; never set. */
  readonly '~needs'?: Needs;
}

/**
 * Composes middleware to one: the first runs first, `next()` runs the rest, and the code after `next()` runs in reverse
 * order. Composing is done here, once. `next()` throws the errors of the rest.
 *
 * Middleware that is not async can ignore what `next()` returns: the chain waits for the rest. Async middleware must await
 * or return it; otherwise its answer would be sent, and errors lost, before the rest has ended. Outside of production
 * that is an error. In production it is not checked, because that takes four times as long (five async middlewares:
 * 0.9 µs, checked 3.5).
 *
 * @throws BlaizeError `ERR_BLAIZE_NEXT_TWICE` from the second `next()` of a middleware; `ERR_BLAIZE_NEXT_NOT_AWAITED`
 *   outside of production
 */
export function compose<const List extends readonly MiddlewareInput[]>(
  middleware: List,
): ComposedMiddleware<StateOf<List>, NeedsOf<List>> {
  const list = middleware.map((input) => toMiddleware(input));
  const end: Chain = (_ctx, next) => next?.();
  const chain = composeChain(list, end, { watch: false });
  // Composed for the first request: the app that serves it decides whether to watch.
  let watched: Chain | undefined;
  const onSend = composeOnSend(list);
  const onError = composeOnError(list);
  const run = (ctx: MiddlewareContext, next?: Next) => {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is the framework's own
    const own = ctx as RequestContext;
    if (!(own.settings.watchNext ?? isDevelopment())) return chain(own, next);
    return (watched ??= composeChain(list, end, { watch: true }))(own, next);
  };
  Object.defineProperty(run, 'name', { value: `compose(${list.map(({ name }) => name).join(', ')})` });
  return Object.assign(run, onSend && { onSend }, onError && { onError });
}

/**
 * Composes `onRequest` and `handler` of middleware.
 *
 * @param end what the innermost `next()` runs
 * @param options `watch` finds async middleware that does not await `next()`; `observe` is for tracers
 */
export const composeChain: typeof composed =
  typeof BLAIZE_WITHOUT_MIDDLEWARE === 'undefined' ? composed : (_none, end) => end;

function composed(
  middleware: readonly Middleware[],
  end: Chain,
  { watch, observe }: { readonly watch: boolean; readonly observe?: ObserveStep | undefined },
): Chain {
  return middleware.reduceRight<Chain>(
    (rest, current) => link(observe ? observed(current, observe) : current, rest, watch),
    end,
  );
}

/** A middleware whose parts on the way in are observed. */
function observed(current: Middleware, observe: ObserveStep): Middleware {
  const step = { kind: 'middleware', name: current.name || 'anonymous' } as const;
  const onRequest = current.onRequest?.bind(current);
  const handler = current.handler?.bind(current);
  // What is observed returns the same.
  return {
    name: current.name,
    ...(onRequest && {
      onRequest: observe(step, onRequest as never) as typeof onRequest,
    }),
    ...(handler && { handler: observe(step, handler as never) as typeof handler }),
    ...(current.skip && { skip: current.skip.bind(current) }),
  };
}

function link(current: Middleware, rest: Chain, watch: boolean): Chain {
  const inner = current.handler ? around(current, rest, watch) : rest;
  const run = current.onRequest ? before(current, inner) : inner;
  if (run === rest || !current.skip) return run;
  return (ctx, next) => (skips(current, ctx) ? rest(ctx, next) : run(ctx, next));
}

function around(current: Middleware, rest: Chain, watch: boolean): Chain {
  const own = current.handler?.bind(current) as NonNullable<Middleware['handler']>;
  const handler = watch ? watchNext(current.name, own) : own;
  return (ctx, next) => {
    let called = false;
    let running = undefined as void | Promise<void>;
    try {
      const result = handler(ctx, () => {
        if (called) throw calledTwice(current.name);
        called = true;
        return (running = rest(ctx, next));
      });
      // Most return nothing, or the result of next().
      if (result === undefined || result === running) return running;
      if (isPromise(result))
        return result.then((value) => {
          if (value) answerWith(ctx, value);
        });
      // It takes precedence over the answer of the rest, even if that comes later.
      if (running)
        return running.then(() => {
          answerWith(ctx, result);
        });
      answerWith(ctx, result);
    } catch (error) {
      // Its own error takes precedence. That of the rest, which nobody awaits now, must not end the process.
      running?.catch(ignore);
      throw error;
    }
  };
}

function before(current: Middleware, rest: Chain): Chain {
  return (ctx, next) => {
    // A count, because earlier middleware may have set a status, which looks like an answer.
    const { recorded } = ctx.response;
    const result = current.onRequest?.(ctx);
    return isPromise(result)
      ? result.then((value) => goOn(ctx, value, recorded, rest, next))
      : goOn(ctx, result, recorded, rest, next);
  };
}

/** Runs the rest of the chain, unless `onRequest` has answered. */
function goOn(
  ctx: RequestContext,
  value: unknown,
  recorded: number,
  rest: Chain,
  next: Next | undefined,
): void | Promise<void> {
  if ((value && answerWith(ctx, value)) || ctx.response.recorded !== recorded) return;
  return rest(ctx, next);
}

/** Records what a middleware returned, if it is an answer. `ctx.response` needs no recording. */
function answerWith(ctx: RequestContext, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value === ctx.response) return false;
  if (!isReply(value) && !isResponse(value)) {
    if (isMiddleware(value)) throw notCalled(value);
    return false;
  }
  ctx.response.answer(value);
  return true;
}

/** For a context without an app, as in unit tests. */
function isDevelopment(): boolean {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- a worker may have no process
  return globalThis.process?.env.NODE_ENV !== 'production';
}

/** What a function returns that makes middleware, and was added without being called. */
function isMiddleware(value: object): value is Middleware {
  return 'name' in value && ('onRequest' in value || 'handler' in value || 'onSend' in value);
}

function notCalled({ name }: Middleware): TypeError {
  return new TypeError(
    `A middleware returned the middleware "${name || 'anonymous'}" instead of an answer: call the function that makes it where you add it, as in middleware: [requireUser()].`,
  );
}

function ignore(): void {}

function calledTwice(name: string): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_NEXT_TWICE',
    `Middleware "${name || 'anonymous'}" called next() twice. Each call would run the rest of the chain again.`,
  );
}
