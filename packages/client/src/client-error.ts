/** What went wrong, other than an answer with an error status. */
export type ClientErrorCode =
  | 'ERR_BLAIZE_CLIENT_NETWORK'
  | 'ERR_BLAIZE_CLIENT_TIMEOUT'
  | 'ERR_BLAIZE_CLIENT_ABORTED'
  | 'ERR_BLAIZE_CLIENT_REQUEST'
  | 'ERR_BLAIZE_CLIENT_RESPONSE'
  | 'ERR_BLAIZE_CLIENT_RESPONSE_LIMIT';

// What `fetch` calls them.
const NAMES: Partial<Record<ClientErrorCode, string>> = {
  ERR_BLAIZE_CLIENT_TIMEOUT: 'TimeoutError',
  ERR_BLAIZE_CLIENT_ABORTED: 'AbortError',
};

/**
 * A call that got no usable answer: `code` says why. It is a `BlaizeError` of `@blaizejs/errors` too.
 *
 * Messages name the method and the path as the route has it (`GET /users/[id]`), never values of the request.
 */
export class ClientError extends Error {
  /**
   * - `ERR_BLAIZE_CLIENT_NETWORK`: no connection, or it broke; `cause` says more
   * - `ERR_BLAIZE_CLIENT_TIMEOUT`: `timeout` is over; `name` is `TimeoutError`
   * - `ERR_BLAIZE_CLIENT_ABORTED`: `signal` was aborted; `name` is `AbortError`, `cause` is the signal's reason
   * - `ERR_BLAIZE_CLIENT_REQUEST`: options, params, query, headers or body that cannot be sent; nothing was sent
   * - `ERR_BLAIZE_CLIENT_RESPONSE`: a redirect that was not followed, a 304, bad JSON, or another media type than was asked for
   * - `ERR_BLAIZE_CLIENT_RESPONSE_LIMIT`: more than `responseLimit`
   */
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.name = NAMES[code] ?? 'ClientError';
    mark(this, 'BlaizeError');
  }
}

/**
 * Makes `error instanceof` hold for a class of `@blaizejs/errors`, without a copy of that class: its brand is a symbol, by which
 * copies of that package know each other's errors (`brand.ts` there).
 */
export function mark(error: object, name: string): void {
  Object.defineProperty(error, Symbol.for(`@blaizejs/errors/${name}`), { value: true });
}
