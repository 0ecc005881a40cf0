import { AsyncResource } from 'node:async_hooks';

import type { HttpError } from '@blaizejs/errors';
import { leftOut } from '@blaizejs/errors/internal';
import type {
  BodyReader,
  Context,
  Logger,
  Outcome,
  PathParams,
  RouteInfo,
  Services,
  State,
} from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { logError } from './log-error.ts';
import { logFieldsOf, type RequestSpan } from './request-span.ts';
import { RequestSide } from './request.ts';
import { ResponseSide } from './response.ts';

declare const BLAIZE_WITHOUT_FINISH: true | undefined;

const none = /* @__PURE__ */ leftOut('onFinish()');

/** The client and the URL it asked for: from the exchange, or from trusted proxies. */
export type ClientView = Pick<Exchange, 'remoteAddress' | 'scheme' | 'authority'>;

/** The settings of a context. All requests of a route share one object. */
export interface ContextSettings {
  /** The largest body in bytes that is read. */
  readonly bodyLimit: number;
  /** Readers by media type, besides those for JSON, forms and text. */
  readonly bodyReaders?: ReadonlyMap<string, BodyReader> | undefined;
  /** Whether to undo the content coding of bodies. Default: they are refused. */
  readonly decompressRequests?: boolean | undefined;
  /** Finds the client behind trusted proxies. Default: the peer of the exchange. */
  readonly trustProxy?: ((exchange: Exchange) => ClientView) | undefined;
  readonly services: Services;
  /** Makes the services of one request, in addition to `services`. */
  readonly perRequest?: ((ctx: Context) => Services) | undefined;
  readonly log: Logger;
  /** The route; undefined if there is none. */
  readonly route?: RouteInfo | undefined;
  /** Whether to find async middleware that does not await `next()`: outside of production. */
  readonly watchNext?: boolean | undefined;
  /** Aborts when the server is about to stop and accepts no new requests. */
  readonly draining?: AbortSignal | undefined;
  /** Keeps track of work that continues after the answer. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** A listener, and the asynchronous context in which it was added. Much cheaper than `AsyncResource.bind()`. */
class FinishListener extends AsyncResource {
  readonly #listener: (outcome: Outcome) => unknown;

  constructor(listener: (outcome: Outcome) => unknown) {
    super('BLAIZE_ON_FINISH');
    this.#listener = listener;
  }

  call(outcome: Outcome): unknown {
    return this.runInAsyncScope(this.#listener, undefined, outcome);
  }
}

/** The context of one request. */
export class RequestContext implements Context {
  exchange: Exchange;
  readonly request: RequestSide;
  readonly settings: ContextSettings;
  /** When the request began, by `performance.now()`. */
  readonly began: number = performance.now();
  /** Milliseconds after `began` at which it is answered with a timeout, if it has not been answered before; 0 for never. */
  timeLimit = 0;
  /** Whether the caller has set {@link RequestContext.timeLimit}. */
  isLimitedByCaller = false;
  /** Why the target can't be served, for a request without a route. */
  refusal: HttpError | undefined = undefined;
  /** What subscribers of the request channel receive. */
  trace: { error?: Error | undefined } | undefined = undefined;
  /** Set by a tracer when the request begins. */
  span: RequestSpan | undefined = undefined;
  #response: ResponseSide | undefined;
  #state: State | undefined;
  #services: Services | undefined;
  #log: Logger | undefined;
  #finishListeners: FinishListener[] | undefined;
  /** The context that answers instead of this one. */
  #successor: RequestContext | undefined;

  /**
   * @param querystring what follows the `?` of the target, if it is known already
   * @param before the abandoned context of the same request. The new one has its own response side, to which an abandoned
   *   handler can't write
   */
  constructor(
    exchange: Exchange,
    settings: ContextSettings,
    params: PathParams = {},
    querystring?: string,
    before?: RequestContext,
  ) {
    this.exchange = exchange;
    this.settings = settings;
    this.request = before?.request ?? new RequestSide(this, exchange, params, querystring);
    if (!before) return;
    before.#successor = this;
    this.#state = before.state;
    this.began = before.began;
    this.timeLimit = before.timeLimit;
    this.trace = before.trace;
    this.span = before.span;
    this.#services = before.services;
    this.#finishListeners = before.#finishListeners;
    Object.assign(this.response.fields, before.response.fields);
  }

  get response(): ResponseSide {
    return (this.#response ??= new ResponseSide(this, this.exchange));
  }

  /** Made when it is first needed, as the response: a context lives as long as a WebSocket, and there may be very many. */
  get state(): State {
    return (this.#state ??= {} as State);
  }

  /** Lets go of what was recorded: something else has answered. */
  release(): void {
    this.#response?.release();
    if (this.#response?.isUntouched === true) this.#response = undefined;
  }

  /** The exchange has become a tunnel, of which only this is left. */
  goOn(exchange: Exchange): void {
    this.exchange = exchange;
    this.request.goOn(exchange);
    this.#response?.goOn(exchange);
  }

  /** Whether another context answers instead of this one. */
  get superseded(): boolean {
    return this.#successor !== undefined;
  }

  get services(): Services {
    const { perRequest, services } = this.settings;
    return perRequest ? (this.#services ??= perRequest(this)) : services;
  }

  get route(): RouteInfo | undefined {
    return this.settings.route;
  }

  get log(): Logger {
    return (this.#log ??= this.settings.log.child({
      correlationId: this.request.correlationId,
      ...(this.span && logFieldsOf(this.span)),
    }));
  }

  get platform(): unknown {
    return this.exchange.fetchInfo?.platform;
  }

  waitUntil(work: Promise<unknown>): void {
    this.settings.waitUntil?.(work);
    this.exchange.fetchInfo?.waitUntil?.(work.catch(() => undefined));
  }

  /** Calls `listener` once the exchange is over, in the asynchronous context of this call. */
  onFinish(listener: (outcome: Outcome) => unknown): void {
    if (typeof BLAIZE_WITHOUT_FINISH !== 'undefined') return none();
    if (typeof listener !== 'function') {
      throw new TypeError(`onFinish() takes a function, not a value of type ${typeof listener}.`);
    }
    const added = new FinishListener(listener);
    if (this.#finishListeners) {
      this.#finishListeners.push(added);
      return;
    }
    const listeners = (this.#finishListeners = [added]);
    this.exchange.onClose(() => {
      const outcome = this.outcome();
      for (const each of listeners) this.#tell(each, outcome);
    });
  }

  #tell(listener: FinishListener, outcome: Outcome): void {
    // If it were rethrown, it would end the process: nobody awaits the end of an exchange.
    const failed = (error: unknown): void => {
      logError(() => this.log, 'error', error, 'A listener of onFinish() failed');
    };
    try {
      // The type allows async listeners.
      const running = listener.call(outcome) as PromiseLike<unknown> | undefined;
      if (typeof running?.then === 'function') running.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  /** How the exchange has ended. */
  outcome(): Outcome {
    const { status, aborted } = this.exchange;
    const { bytes } = (this.#successor ?? this).response;
    return { status, aborted, bytes, duration: performance.now() - this.began, route: this.route };
  }
}
