import type { Server } from '@blaizejs/types';

import { readTarget, requestTo } from './target.ts';

/** The options of a request. */
export interface RequestOptions extends Omit<RequestInit, 'body'> {
  /** A plain object or list is sent as JSON, anything else as `fetch` sends it. */
  readonly body?: RequestInit['body'] | object;
}

/**
 * Answers a request in process, without a socket, through the same code as a request from a socket. Loads plugins and routes
 * if necessary, but does not listen.
 *
 * ```ts
 * const response = await inject(server, '/users/1');
 * const created = await inject(server, '/users', { method: 'POST', body: { name: 'Ada' } });
 * ```
 *
 * @param request a path, a URL or a whole `Request`. A path is not normalised: `//a` and `/a/../b` arrive unchanged
 * @throws TypeError for an option that there is not
 */
export function inject(
  server: Pick<Server, 'fetch'>,
  request: string | URL | Request,
  options: RequestOptions = {},
): Promise<Response> {
  const init = toRequestInit('inject()', options);
  if (request instanceof Request) return server.fetch(new Request(request, init));
  return server.fetch(requestTo(readTarget(request, 'https://localhost'), init));
}

// Those of `fetch()`, and of undici's.
const OPTIONS = new Set(
  (
    'body cache credentials dispatcher duplex headers integrity keepalive method mode priority redirect referrer ' +
    'referrerPolicy signal window'
  ).split(' '),
);

/**
 * Converts {@link RequestOptions} to the options of `fetch`.
 *
 * @param of whose options they are
 * @param own what it has beside those of a request
 * @throws TypeError for an option that there is not, since the test would not test what it says
 */
export function toRequestInit(
  of: string,
  { body, ...rest }: RequestOptions,
  own: readonly string[] = [],
): RequestInit {
  const unknown = Object.keys(rest).find((name) => !OPTIONS.has(name));
  if (unknown !== undefined) {
    const all = [...own, 'method', 'headers', 'body', 'signal'].join(', ');
    throw new TypeError(
      `${of} has no option ${JSON.stringify(unknown)}. The options are ${all}, and others of fetch().`,
    );
  }
  if (body === undefined) return rest;
  if (!isJson(body)) return { ...rest, body: body as NonNullable<RequestInit['body']>, ...streaming(body) };
  const headers = new Headers(rest.headers);
  if (!headers.has('content-type')) headers.set('content-type', 'application/json');
  return { ...rest, headers, body: JSON.stringify(body) };
}

function isJson(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const prototype: unknown = Object.getPrototypeOf(body);
  return Array.isArray(body) || prototype === Object.prototype || prototype === null;
}

// `Request` requires this for a body that is a stream.
function streaming(body: unknown): object {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body ? { duplex: 'half' } : {};
}
