import { ServiceUnavailableError, TooManyRequestsError } from '@blaizejs/errors';
import type {
  ContextResponse,
  HookContext,
  Middleware,
  MiddlewareContext,
  RateLimitResult,
} from '@blaizejs/types';

import { createMiddleware } from '../create-middleware.ts';
import { exceptProbes } from '../except-probes.ts';
import { isPromise } from '../is-promise.ts';
import { addItem, limitItem, policyItem, seconds } from './header.ts';
import { MemoryRateLimitStore } from './memory-store.ts';
import { type RateLimitOptions, readOptions } from './options.ts';
import { describe, requestKey } from './request-key.ts';
import { StoreGuard } from './store-guard.ts';

/**
 * Limits what each client may use, and tells clients in every answer: `RateLimit-Policy` has the limit, `RateLimit` what is
 * left of it (draft-ietf-httpapi-ratelimit-headers). Above the limit, the answer is 429 with `Retry-After` and the code
 * `ERR_BLAIZE_TOO_MANY_REQUESTS`; such requests are not counted.
 *
 * ```ts
 * rateLimit({ limit: 100 }) // per client and minute
 * rateLimit({ name: 'sign-in', limit: 5, window: 15 * 60_000, perRoute: true })
 * rateLimit<{ user: User }>({ limit: 1000, key: (ctx) => ctx.state.user.id })
 * ```
 *
 * Each call makes a limit with a count of its own, unless you pass a `store`.
 *
 * @typeParam Needs what `key`, `cost` and `skip` read of `ctx.state`; middleware before this one has to add it
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists everything that is wrong with the options
 */
export function rateLimit<Needs = unknown>(options: RateLimitOptions<Needs>): Middleware<unknown, Needs> {
  const settings = readOptions(options);
  const { name, policy, cost, skip, onStoreError } = settings;
  const keyOf = requestKey(settings);
  const shared = settings.store && new StoreGuard(settings.store, settings.storeTimeout);
  const own = new MemoryRateLimitStore();
  const policyText = policyItem(name, policy);
  // By the state of a request, which its contexts share: one that takes too long gets a second context.
  const results = new WeakMap<object, RateLimitResult | undefined>();

  const consume = (ctx: MiddlewareContext<Needs>, units: number): MaybeLater<RateLimitResult | undefined> => {
    const key = keyOf(ctx);
    return shared ? shared.consume(key, units, policy, () => ctx.log) : own.consume(key, units, policy);
  };

  const admit = (ctx: MiddlewareContext<Needs>, result: RateLimitResult | undefined): MaybeLater<void> => {
    results.set(stateOf(ctx), result);
    if (!result) {
      if (onStoreError === 'open') return;
      throw new ServiceUnavailableError('Requests cannot be counted for now. Try again in a second.', {
        code: 'ERR_BLAIZE_RATE_LIMIT_STORE',
        expose: true,
        headers: { 'retry-after': '1' },
      });
    }
    if (!result.allowed) throw tooMany(name, result);
    if (result.delay > 0) return wait(result.delay, ctx.request.signal);
  };

  /** A request that was answered or refused before it got here is told what is left; perhaps nobody knows for whom. */
  const resultFor = (ctx: HookContext<Needs>): MaybeLater<RateLimitResult | undefined> => {
    const state = stateOf(ctx);
    if (results.has(state)) return results.get(state);
    try {
      return consume(ctx as MiddlewareContext<Needs>, 0);
    } catch {
      return undefined;
    }
  };

  const tell = (response: ContextResponse, result: RateLimitResult | undefined): boolean =>
    result !== undefined && addItem(response, 'ratelimit', limitItem(name, result));

  return createMiddleware<unknown, Needs>({
    name: name === 'default' ? 'rate-limit' : `rate-limit(${name})`,
    onRequest: (ctx) => {
      const result = consume(ctx, typeof cost === 'number' ? cost : checkCost(cost(ctx)));
      return isPromise(result) ? result.then((value) => admit(ctx, value)) : admit(ctx, result);
    },
    onSend: (ctx) => {
      const { response } = ctx;
      addItem(response, 'ratelimit-policy', policyText);
      const result = resultFor(ctx);
      return isPromise(result) ? result.then((value) => tell(response, value)) : tell(response, result);
    },
    skip: exceptProbes(skip),
  });
}

type MaybeLater<T> = T | Promise<T>;

function stateOf(ctx: Pick<HookContext, 'state'>): object {
  return ctx.state;
}

function checkCost(units: unknown): number {
  if (typeof units === 'number' && Number.isSafeInteger(units) && units >= 0) return units;
  const came = typeof units === 'number' ? String(units) : describe(units);
  throw new TypeError(`The \`cost\` of rateLimit() must return a whole number, not ${came}.`);
}

function tooMany(name: string, { retryAfter }: RateLimitResult): TooManyRequestsError {
  if (retryAfter === Infinity) {
    return new TooManyRequestsError('This request costs more than the limit allows at once.', {
      details: { policy: name },
    });
  }
  const after = seconds(retryAfter);
  const unit = after === 1 ? 'second' : 'seconds';
  return new TooManyRequestsError(`Too many requests. Try again in ${after} ${unit}.`, {
    details: { policy: name, retryAfter: after },
    headers: { 'retry-after': String(after) },
  });
}

/** Rejects when the client leaves. */
function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
