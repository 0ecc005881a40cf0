/** Why a request over a WebSocket has no answer. */
export type WebSocketRequestErrorCode =
  | 'ERR_BLAIZE_WEBSOCKET_LOST'
  | 'ERR_BLAIZE_WEBSOCKET_TIMEOUT'
  | 'ERR_BLAIZE_WEBSOCKET_ABORTED'
  | 'ERR_BLAIZE_WEBSOCKET_REQUEST'
  | 'ERR_BLAIZE_WEBSOCKET_REPLY';

// What `fetch` calls them.
const NAMES: Readonly<Record<string, string>> = {
  ERR_BLAIZE_WEBSOCKET_TIMEOUT: 'TimeoutError',
  ERR_BLAIZE_WEBSOCKET_ABORTED: 'AbortError',
};

/** A request over a WebSocket that was not answered, or whose answer is an error. It is a `BlaizeError` of `@blaizejs/errors`, too. */
export class WebSocketRequestError extends Error {
  /**
   * The `code` of the problem details if the other side has answered with an error. Otherwise:
   *
   * - `ERR_BLAIZE_WEBSOCKET_LOST`: the connection ended before the answer; the other side may have done what was asked
   * - `ERR_BLAIZE_WEBSOCKET_TIMEOUT`: `timeout` is over; `name` is `TimeoutError`
   * - `ERR_BLAIZE_WEBSOCKET_ABORTED`: `signal` was aborted; `name` is `AbortError`, `cause` is the signal's reason
   * - `ERR_BLAIZE_WEBSOCKET_REQUEST`: it was not sent: there are too many, or its data cannot be sent
   * - `ERR_BLAIZE_WEBSOCKET_REPLY`: the answer does not fit its schema
   */
  readonly code: WebSocketRequestErrorCode | (string & {});
  /** Of the problem details; undefined if the other side has not answered. */
  readonly status: number | undefined;
  /** Of the problem details. */
  readonly details: unknown;
  /** Of the problem details: finds the error in the server's log. */
  readonly correlationId: string | undefined;

  constructor(
    code: WebSocketRequestErrorCode | (string & {}),
    message: string,
    options: RequestErrorOptions = {},
  ) {
    const { cause, problem } = options;
    super(message, cause === undefined ? {} : { cause });
    const { status, correlationId } = problem ?? {};
    this.name = NAMES[code] ?? 'WebSocketRequestError';
    this.code = code;
    this.status = typeof status === 'number' ? status : undefined;
    this.details = problem?.['details'];
    this.correlationId = typeof correlationId === 'string' ? correlationId : undefined;
    // As copies of `@blaizejs/errors` know each other's errors; browsers need not load it.
    Object.defineProperty(this, Symbol.for('@blaizejs/errors/BlaizeError'), { value: true });
  }
}

interface RequestErrorOptions {
  readonly cause?: unknown;
  readonly problem?: Readonly<Record<string, unknown>> | undefined;
}

/** The error for an answer that is one. @param json problem details, which the other side has written */
export function refusalOf(name: string, json: string | undefined): WebSocketRequestError {
  let value: unknown;
  try {
    value = JSON.parse(json ?? '');
  } catch {
    // It says nothing, then.
  }
  const problem = Object(value) as Readonly<Record<string, unknown>>;
  const { code, detail, title } = problem;
  const message = [detail, title].find((text): text is string => typeof text === 'string');
  return new WebSocketRequestError(
    typeof code === 'string' ? code : 'ERR_BLAIZE_WEBSOCKET_REPLY',
    message ?? `The request ${name} was answered with an error`,
    { problem },
  );
}
