import type { ContextSettings, RequestContext } from '@blaizejs/context/internal';
import { MethodNotAllowedError, NotFoundError, NotImplementedError } from '@blaizejs/errors';
import { compose, type Composed, toMiddleware } from '@blaizejs/middleware';
import { compileHandler, isKnownMethod, type RouteTable } from '@blaizejs/router/internal';
import type { Middleware, PathParams } from '@blaizejs/types';

import type { AppRouter } from './router.ts';

interface Compiled {
  readonly chain: Composed<RequestContext>;
  readonly settings: ContextSettings;
}

/** How one request is answered. */
export interface Lookup extends Compiled {
  readonly params: PathParams | undefined;
  readonly querystring: string | undefined;
}

/** Everything that can be known before a request comes: routes, each with its composed chain. Never changed. */
export class AppTable {
  readonly #routes: RouteTable<Compiled>;
  readonly #unrouted: Lookup;
  readonly #middleware: readonly Middleware[];

  constructor(router: AppRouter, middleware: readonly Middleware[], settings: ContextSettings) {
    this.#middleware = middleware;
    this.#routes = router.table((entry) => {
      const { route, info } = entry;
      const own = (route.middleware ?? []).map((input) => toMiddleware(input));
      const handler = compileHandler(`${info.method} ${info.pattern}`, route);
      return {
        chain: compose<RequestContext>([...middleware, ...own], handler),
        settings: route.bodyLimit === undefined ? settings : { ...settings, bodyLimit: route.bodyLimit },
      };
    });
    this.#unrouted = {
      chain: compose<RequestContext>(middleware, (ctx) => this.#answerUnrouted(ctx)),
      settings,
      params: undefined,
      querystring: undefined,
    };
  }

  lookup(method: string, target: string): Lookup {
    try {
      const match = this.#routes.find(method, target);
      // A path that can't be read is told so at the end of the chain, so that middleware sees the request too.
      if (!match || match.refusal) return this.#unrouted;
      const { entry, params, querystring } = match;
      return { chain: entry.chain, settings: entry.settings, params, querystring };
    } catch (fault) {
      // The look-up itself is at fault, and no path makes it so: a 500, which middleware sees too.
      const chain = compose<RequestContext>(this.#middleware, () => {
        throw fault;
      });
      return { ...this.#unrouted, chain };
    }
  }

  #answerUnrouted({ exchange, request, response }: RequestContext): void {
    const { method, path } = request;
    if (!isKnownMethod(method))
      throw new NotImplementedError(`HTTP has no method ${JSON.stringify(method)}.`);
    // The asterisk means all of the server, and is for OPTIONS alone (RFC 9110 section 9.3.7).
    if (method !== 'OPTIONS' || path !== '*') {
      const found = this.#routes.find(method, exchange.target);
      if (found?.refusal) throw found.refusal;
    }
    const allowed = this.#routes.methodsOf(path);
    if (allowed.length === 0) throw new NotFoundError(`There is nothing at ${path}.`);
    if (method !== 'OPTIONS') throw new MethodNotAllowedError(method, allowed);
    response.status(204).header('allow', allowed.join(', '));
  }
}
