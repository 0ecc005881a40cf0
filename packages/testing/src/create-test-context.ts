import { createContext } from '@blaizejs/context';
import type { RequestContext } from '@blaizejs/context/internal';
import type { Context, Logger, PathParams, QueryParams, Services, State } from '@blaizejs/types';

import { type RequestOptions, toRequestInit } from './inject.ts';
import { readTarget, requestTo } from './target.ts';

/** The request of a test. Everything has a default. */
export interface TestContextOptions<
  Params = PathParams,
  Query = QueryParams,
  Body = undefined,
  InState = State,
  InServices = Services,
> extends Omit<RequestOptions, 'body'> {
  /** A path or URL. Default: `/`. */
  readonly url?: string | undefined;
  /** The value of `ctx.request.params`. */
  readonly params?: Params | undefined;
  /** The value of `ctx.request.query`, as returned by a schema. Default: the query of `url`. */
  readonly query?: Query | undefined;
  /** The value of `ctx.request.body`. It is also sent as the body of the request, as JSON unless it is bytes or text. */
  readonly body?: Body | undefined;
  /** The values that earlier middleware would have added to `ctx.state`. */
  readonly state?: InState | undefined;
  /** The services that plugins would provide. Leave out any that the test does not need. */
  readonly services?: InServices | undefined;
  readonly log?: Logger | undefined;
}

const OWN = ['url', 'params', 'query', 'state', 'services', 'log'];

/**
 * Creates a context for unit tests of handlers and middleware, without a server. Afterwards, `ctx.response` has their
 * answer: `statusCode`, `headers()`, `body`.
 *
 * ```ts
 * const ctx = createTestContext({ params: { id: 1 }, state: { user } });
 * expect(await GET.handler(ctx)).toEqual({ id: 1 });
 * ```
 */
export function createTestContext<
  Params = PathParams,
  Query = QueryParams,
  Body = undefined,
  InState extends object = {},
  InServices extends object = {},
>(
  options: TestContextOptions<Params, Query, Body, InState, InServices> = {},
): Context<{
  params: Params;
  query: Query;
  body: Body;
  state: State & InState;
  services: Services & InServices;
}> {
  const { url = '/', params, query, body, state, services, log, ...init } = options;
  const method = init.method ?? (body === undefined ? 'GET' : 'POST');
  const content = body === undefined ? {} : { body: body as object };
  const request = requestTo(
    readTarget(url, 'https://localhost'),
    toRequestInit('createTestContext()', { ...init, method, ...content }, OWN),
  );
  const ctx = createContext(request, {
    services,
    log,
    params: params as PathParams | undefined,
  }) as unknown as RequestContext;
  if (query !== undefined) ctx.request.query = query as QueryParams;
  ctx.request.body = body;
  Object.assign(ctx.state, state);
  return ctx as unknown as Context<{
    params: Params;
    query: Query;
    body: Body;
    state: State & InState;
    services: Services & InServices;
  }>;
}
