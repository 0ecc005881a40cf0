import type { Protocol } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { createContext, type CreateContextOptions, silentLogger } from '../src/create-context.ts';
import { type ContextSettings, RequestContext } from '../src/request-context.ts';
import type { ResponseSide } from '../src/response.ts';
import { WebExchange } from '../src/web-exchange.ts';

/** As the public one, with what only the framework sees. */
export function contextOf(request: Request, options?: CreateContextOptions): RequestContext {
  const ctx: unknown = createContext(request, options);
  if (!(ctx instanceof RequestContext)) throw new TypeError('createContext() makes a RequestContext.');
  return ctx;
}

/** An exchange as another adapter would hand it over. */
export function exchangeWith(
  parts: Partial<Exchange>,
  request = new Request('http://localhost/'),
): WebExchange {
  return Object.defineProperties(new WebExchange(request), Object.getOwnPropertyDescriptors(parts));
}

/** The context of an exchange, as the framework makes it. */
export function contextOver(exchange: Exchange, settings: Partial<ContextSettings> = {}): RequestContext {
  return new RequestContext(exchange, {
    bodyLimit: 10,
    services: {},
    log: silentLogger,
    ...settings,
  });
}

/** The response side of a request. */
export function responseTo(url = 'http://localhost/'): ResponseSide {
  return contextOf(new Request(url)).response;
}

/** The response side of a request over a protocol, before its head is sent. */
export function responseOver(protocol: Protocol): ResponseSide {
  return contextOver(exchangeWith({ protocol, scheme: 'https', responded: false })).response;
}
