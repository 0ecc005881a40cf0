import type { ContextSettings, ObserveStep, RequestContext } from '@blaizejs/context/internal';
import { leftOut } from '@blaizejs/errors/internal';
import { type HttpError, MethodNotAllowedError, NotImplementedError } from '@blaizejs/errors';
import {
  type Chain,
  composeChain,
  composeOnError,
  composeOnSend,
  type OnError,
  type OnSend,
  toMiddleware,
} from '@blaizejs/middleware/internal';
import {
  isKnownMethod,
  type NotFoundEntry,
  type RequestHead,
  type RouteEntry,
  type RouteSet,
  type RouteTable,
} from '@blaizejs/router/internal';
import type { Exchange } from '@blaizejs/types/internal';
import type { AppEnv, ErrorHandler, Middleware, PathParams } from '@blaizejs/types';

import { mergeReaders, type Readers } from './body-types.ts';
import { compileHandler } from './compile-handler.ts';
import { withEarlyHints } from './early-hints.ts';
import type { Mount } from './mount.ts';
import { compileNotFound, nothingAt } from './not-found.ts';

declare const BLAIZE_WITHOUT_FOLDER_FILES: true | undefined;

const none = /* @__PURE__ */ leftOut('_404');

/** Everything about a route that can be worked out before a request arrives. One object serves all its requests. */
export interface CompiledRoute extends ContextSettings {
  readonly chain: Chain;
  readonly onSend: OnSend | undefined;
  readonly onError: OnError | undefined;
  /** Those of `_error` files, deepest folder first; undefined if there are none. */
  readonly errorHandlers: readonly ErrorHandler<AppEnv>[] | undefined;
  /** Milliseconds; undefined if the server's limit applies. */
  readonly handlerTimeout: number | undefined;
  readonly requestTimeout: number | undefined;
}

/** What serves one request. */
export interface Match {
  readonly entry: CompiledRoute;
  readonly params: PathParams | undefined;
  readonly querystring: string | undefined;
  /** Why the target can't be served, whether or not there is a route; thrown at the end of the chain. */
  readonly refusal?: HttpError | undefined;
}

/** The settings of a table. */
export interface TableSettings extends ContextSettings {
  readonly bodyReaders: Readers;
  readonly validateResponses: 'error' | 'log' | false;
  readonly earlyHints: boolean;
  /** Its `onSend` runs before all other hooks. */
  readonly innermost?: Middleware | undefined;
  readonly observe?: ObserveStep | undefined;
  readonly watchNext: boolean;
}

/** Routes, mounts and the fallback, each with its composed chain and hooks. Built as a whole and never changed. */
export class AppTable {
  readonly #routes: RouteTable<CompiledRoute>;
  /** The `_404` files, by the paths that they answer; undefined if there are none. */
  readonly #notFound: RouteTable<CompiledRoute> | undefined;
  readonly #mounts: readonly (Mount & { readonly entry: CompiledRoute })[];
  /** The fallback, for requests without a route or mount. */
  readonly unrouted: Match;
  readonly #settings: TableSettings;
  readonly #middleware: readonly Middleware[];
  /** With another header, a request without a route might have one. */
  readonly #unroutedVary: readonly Middleware[];

  constructor(
    routes: Pick<RouteSet, 'table' | 'notFoundTable'>,
    mounts: readonly Mount[],
    middleware: readonly Middleware[],
    settings: TableSettings,
  ) {
    this.#settings = settings;
    this.#middleware = middleware;
    const deciding = new Set<string>();
    this.#routes = routes.table((entry, vary) => {
      for (const header of vary) deciding.add(header);
      return this.#compileRoute(entry, vary);
    });
    this.#unroutedVary = deciding.size === 0 ? [] : [varyBy([...deciding].sort())];
    this.#notFound = routes.notFoundTable((entry) => this.#compileNotFound(entry));
    this.#mounts = mounts.map((mount) => ({
      ...mount,
      entry: this.#compile(middleware, (ctx) => mount.serve(ctx), { route: mount.info }),
    }));
    this.unrouted = {
      entry: this.#compile([...this.#unroutedVary, ...middleware], (ctx) => this.#answerUnrouted(ctx)),
      params: undefined,
      querystring: undefined,
    };
  }

  /** @param exchange what the constraints of routes are compared with; without it, only routes that have none are found */
  find(method: string, target: string, exchange?: Exchange): Match {
    const head = exchange && this.#routes.isConstrained ? this.#headOf(exchange) : undefined;
    const match = this.#routes.find(method, target, head);
    if (match === undefined) {
      return this.#findMount(target) ?? this.#findNotFound(method, target, head) ?? this.unrouted;
    }
    if (match.refusal === undefined) return match;
    // `*` means the server as a whole, and is only valid for OPTIONS (RFC 9110 section 9.3.7).
    if (target === '*' && method === 'OPTIONS') return this.unrouted;
    return { ...this.unrouted, refusal: match.refusal };
  }

  /** Whether the route for a request accepts tunnels of that protocol. */
  takesTunnel(method: string, target: string, protocol: string): boolean {
    return this.find(method, target).entry.route?.tunnel === protocol;
  }

  /** What constraints look at. The host is the one that trusted proxies say the client asked for. */
  #headOf(exchange: Exchange): RequestHead {
    const { authority } = this.#settings.trustProxy?.(exchange) ?? exchange;
    return { headers: exchange.headers, authority };
  }

  #compileRoute(
    { route, info, middleware, errorHandlers }: RouteEntry,
    vary: readonly string[],
  ): CompiledRoute {
    const outer = vary.length === 0 ? this.#middleware : [varyBy(vary), ...this.#middleware];
    const own = middleware.map((input) => toMiddleware(input));
    const readers = mergeReaders(this.#settings.bodyReaders, route.bodyReaders);
    const name = `${info.method} ${info.pattern}`;
    const { observe } = this.#settings;
    const run = (ctx: unknown) => route.handler(ctx as never);
    const observed = observe
      ? { schema: route.schema, handler: observe({ kind: 'handler', name: info.pattern }, run) }
      : route;
    const handler = compileHandler(
      name,
      withEarlyHints(observed, route.earlyHints ?? this.#settings.earlyHints),
      this.#settings.validateResponses,
      readers,
    );
    const {
      handlerTimeout,
      requestTimeout,
      bodyLimit = this.#settings.bodyLimit,
      decompressRequests,
    } = route;
    return this.#compile([...outer, ...own], handler, {
      route: info,
      bodyLimit,
      decompressRequests,
      bodyReaders: readers,
      handlerTimeout,
      requestTimeout,
      errorHandlers,
    });
  }

  #compileNotFound({ handler, middleware, errorHandlers }: NotFoundEntry): CompiledRoute {
    if (typeof BLAIZE_WITHOUT_FOLDER_FILES !== 'undefined') return none();
    const own = middleware.map((input) => toMiddleware(input));
    const all = [...this.#unroutedVary, ...this.#middleware, ...own];
    return this.#compile(all, compileNotFound(handler), { errorHandlers });
  }

  #compile(middleware: readonly Middleware[], end: Chain, own: Partial<CompiledRoute> = {}): CompiledRoute {
    const {
      services,
      perRequest,
      log,
      trustProxy,
      waitUntil,
      draining,
      watchNext,
      bodyLimit,
      bodyReaders,
      decompressRequests,
      innermost,
      observe,
    } = this.#settings;
    return {
      services,
      perRequest,
      log,
      trustProxy,
      waitUntil,
      draining,
      watchNext,
      bodyLimit: own.bodyLimit ?? bodyLimit,
      bodyReaders: own.bodyReaders ?? bodyReaders,
      decompressRequests: own.decompressRequests ?? decompressRequests,
      route: own.route,
      chain: composeChain(middleware, end, { watch: watchNext, observe }),
      onSend: composeOnSend(innermost ? [...middleware, innermost] : middleware),
      onError: composeOnError(middleware),
      errorHandlers: own.errorHandlers?.length ? own.errorHandlers : undefined,
      handlerTimeout: own.handlerTimeout,
      requestTimeout: own.requestTimeout,
    };
  }

  #findMount(target: string): Match | undefined {
    if (this.#mounts.length === 0) return undefined;
    const mount = this.#mounts.find((each) => each.covers(target));
    return mount && { entry: mount.entry, params: undefined, querystring: undefined };
  }

  /** Finds the `_404` file for a request: one for which there is no method that the path has. */
  #findNotFound(method: string, target: string, head: RequestHead | undefined): Match | undefined {
    if (!this.#notFound || method === 'OPTIONS' || !isKnownMethod(method)) return undefined;
    if (typeof BLAIZE_WITHOUT_FOLDER_FILES !== 'undefined') return none();
    const found = this.#notFound.find('GET', target);
    if (!found || found.refusal || this.#routes.methodsOf(target, head).length > 0) return undefined;
    const { '*': _rest, ...params } = found.params;
    return { entry: found.entry, params, querystring: found.querystring };
  }

  #answerUnrouted(ctx: RequestContext): void {
    const { request, response, refusal } = ctx;
    const { method, path } = request;
    if (!isKnownMethod(method)) {
      throw new NotImplementedError(`HTTP has no method ${JSON.stringify(method)}.`);
    }
    if (refusal) throw refusal;
    const head = this.#routes.isConstrained ? this.#headOf(ctx.exchange) : undefined;
    const allowed = this.#routes.methodsOf(path, head);
    if (allowed.length === 0) throw nothingAt(ctx);
    if (method !== 'OPTIONS') throw new MethodNotAllowedError(method, allowed);
    response.status(204).header('allow', allowed.join(', '));
  }
}

/** Tells caches which headers of the request decided. Outermost, so that it holds whatever others do. */
function varyBy(headers: readonly string[]): Middleware {
  return { name: 'vary', onSend: ({ response }) => void response.append('vary', headers) };
}
