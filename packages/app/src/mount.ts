import { type RequestContext, toWebStream } from '@blaizejs/context/internal';
import { BlaizeError, NotImplementedError } from '@blaizejs/errors';
import { leftOut } from '@blaizejs/errors/internal';
import { patternProblem } from '@blaizejs/router/internal';
import type { RouteInfo } from '@blaizejs/types';

declare const BLAIZE_WITHOUT_MOUNTS: true | undefined;

const FORBIDDEN = /^(?:CONNECT|TRACE|TRACK)$/i;
const NORMALISED = /^(?:DELETE|GET|HEAD|OPTIONS|POST|PUT)$/i;

/** Answers Web requests: the `fetch` of another app, or any fetch handler. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** A fetch handler, and the path below which it answers. */
export interface Mount {
  readonly prefix: string;
  readonly info: RouteInfo;
  covers(target: string): boolean;
  serve(ctx: RequestContext): Promise<void>;
}

/** @throws BlaizeError `ERR_BLAIZE_ROUTE` for a prefix that is not a plain path, or that no request could match */
export const createMount: (prefix: string, fetch: FetchHandler) => Mount =
  typeof BLAIZE_WITHOUT_MOUNTS === 'undefined' ? create : leftOut('mount()');

function create(prefix: string, fetch: FetchHandler): Mount {
  if (typeof prefix !== 'string' || !/^\/[^?#:*{}[\]<>]*$/.test(prefix)) {
    throw invalid(`a prefix begins with "/" and has no parameters, unlike ${JSON.stringify(prefix)}`);
  }
  const unmatchable = patternProblem(prefix);
  if (unmatchable !== undefined) throw invalid(`the prefix ${JSON.stringify(prefix)} ${unmatchable}`);
  if (typeof fetch !== 'function') throw invalid(`${prefix} needs a function (request) => Response`);
  const base = prefix.replace(/\/$/, '');
  // Targets are compared as they arrive; a prefix is written decoded, like a route's pattern.
  const encoded = new URL(prefix, 'http://localhost').pathname.replace(/\/$/, '');
  return {
    prefix,
    info: Object.freeze({
      method: '*',
      pattern: `${base}/*`,
      params: [],
      file: undefined,
      schema: undefined,
      middleware: [],
      meta: {},
      docs: {},
      security: [],
      tunnel: undefined,
    }),
    covers: (target) => target.startsWith(encoded) && /^(?:[/?]|$)/.test(target.slice(encoded.length)),
    serve: async (ctx) => ctx.response.answer(await fetch(toRequest(ctx))),
  };
}

function toRequest(ctx: RequestContext): Request {
  const { request, exchange } = ctx;
  if (exchange.rawRequest instanceof Request) return exchange.rawRequest;
  const { method, url, headers, signal } = request;
  // The Fetch Standard forbids some methods and upper-cases others: the handler would see another method than the
  // middleware did.
  if (FORBIDDEN.test(method) || (NORMALISED.test(method) && method !== method.toUpperCase())) {
    throw new NotImplementedError(`${method} is not supported at ${request.path}.`, { expose: true });
  }
  if (!exchange.hasBody || method === 'GET' || method === 'HEAD') {
    return new Request(url, { method, headers, signal });
  }
  const body = toWebStream(request.stream());
  // The types of browsers, where an app has them too, lack `duplex`.
  const init: RequestInit & { duplex: 'half' } = { method, headers, signal, body, duplex: 'half' };
  return new Request(url, init);
}

function invalid(problem: string): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_ROUTE', `mount(): ${problem}.`);
}
