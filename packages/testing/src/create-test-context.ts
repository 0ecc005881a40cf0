import { createContext } from '@blaizejs/context';
import type { RequestContext } from '@blaizejs/context/internal';
import type { Context, Logger, PathParams, QueryParams, Services, State } from '@blaizejs/types';

import { type RequestOptions, toRequestInit } from './inject.ts';

/** What a test says of a request; everything has a default. */
export interface TestContextOptions<Params, Query, Body, S> extends Omit<RequestOptions, 'body'> {
  /** A path or URL. Default: `/`. */
  readonly url?: string | undefined;
  /** What the handler finds in `ctx.request.params`. */
  readonly params?: Params | undefined;
  /** What the handler finds in `ctx.request.query`, as a schema would have left it. Default: the query of `url`. */
  readonly query?: Query | undefined;
  /** What the handler finds in `ctx.request.body`; it is also the content of the request, as JSON where it is a value. */
  readonly body?: Body | undefined;
  /** What earlier middleware would have put there. */
  readonly state?: S | undefined;
  /** What plugins would provide; those that the test does not need may be left out. */
  readonly services?: Partial<Services> | undefined;
  readonly log?: Logger | undefined;
}

/** What {@link createTestContext} makes. */
export type TestContext<Params, Query, Body, S> = Context<{
  params: Params;
  query: Query;
  body: Body;
  state: State & S;
  // Named, or a route's handler would not take it.
  services: Services;
  reply: unknown;
}>;

/**
 * Makes a context for unit tests of handlers and middleware, without a server. What they answer stands on
 * `ctx.response` afterwards: `statusCode`, `get(name)`, `body`.
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
  S extends object = object,
>(options: TestContextOptions<Params, Query, Body, S> = {}): TestContext<Params, Query, Body, S> {
  const { url = '/', params, query, body, state, services, log, ...init } = options;
  const method = init.method ?? (body === undefined ? 'GET' : 'POST');
  const content = body === undefined ? {} : { body: body as object };
  const request = new Request(
    new URL(url, 'https://localhost'),
    toRequestInit({ ...init, method, ...content }),
  );
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it makes one
  const ctx = createContext(request, {
    services,
    log,
    params: params as PathParams | undefined,
  }) as RequestContext;
  if (query !== undefined) ctx.request.query = query as QueryParams;
  ctx.request.body = body;
  Object.assign(ctx.state, state);
  return ctx as unknown as TestContext<Params, Query, Body, S>;
}
