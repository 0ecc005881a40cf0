import type { Context, Logger, PathParams, Services, State } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import type { TrustProxy } from './forwarded.ts';
import { RequestSide } from './request.ts';
import { ResponseSide } from './response.ts';

/** What a context takes from its surroundings; one object for all requests of a route. */
export interface ContextSettings {
  /** Bytes of content that are read at the most. */
  readonly bodyLimit: number;
  /** Where the request came from, as trusted proxies have it. Default: nobody is trusted. */
  readonly trustProxy?: TrustProxy | undefined;
  readonly services: Services;
  readonly log: Logger;
}

/** The one object that a request has. */
export class RequestContext implements Context {
  readonly exchange: Exchange;
  readonly request: RequestSide;
  readonly response: ResponseSide;
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- applications add to State
  readonly state: State = {} as State;
  readonly services: Services;
  readonly #settings: ContextSettings;
  #log: Logger | undefined;

  /** @param querystring what follows the `?` of the target, where that is known already */
  constructor(exchange: Exchange, settings: ContextSettings, params: PathParams = {}, querystring?: string) {
    this.exchange = exchange;
    this.request = new RequestSide(this, exchange, params, querystring, settings);
    this.response = new ResponseSide(this, exchange);
    this.services = settings.services;
    this.#settings = settings;
  }

  get log(): Logger {
    return (this.#log ??= this.#settings.log.child({ correlationId: this.request.correlationId }));
  }
}
