import type { BlaizeErrorCode } from '@blaizejs/errors';

import { mark } from './client-error.ts';

/** The class of `@blaizejs/errors` for each status, without its `Error`. */
const NAMES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  408: 'RequestTimeout',
  409: 'Conflict',
  413: 'PayloadTooLarge',
  415: 'UnsupportedMediaType',
  422: 'UnprocessableContent',
  429: 'TooManyRequests',
  500: 'InternalServer',
  501: 'NotImplemented',
  503: 'ServiceUnavailable',
};

/**
 * An answer with an error status. It is an instance of the class of `@blaizejs/errors` for its status, by which `instanceof`
 * tells errors apart (`error instanceof NotFoundError`), and has what the answer's problem details say (RFC 9457).
 *
 * @typeParam Status the status
 * @typeParam Data the type of the body, as the route's response schema for that status has it
 */
export class ResponseError<Status extends number = number, Data = unknown> extends Error {
  readonly status: Status;
  /** Stable, for programs. `ERR_BLAIZE_CLIENT_STATUS` if the answer has none. */
  readonly code: BlaizeErrorCode | (string & {});
  readonly title: string;
  readonly type: string;
  /** Of a `ValidationError`, the fields that the route's schemas reject. */
  readonly details: unknown;
  /** `allow`, `retry-after` and `www-authenticate`, which a server may pass on to its own clients. `response` has all headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Finds the request in the server's log. */
  readonly correlationId: string | undefined;
  /** Whether a server that throws this error shows it to its own client: true below 500. */
  readonly expose: boolean;
  /** The body. Not enumerable, so that it stays out of logs. */
  declare readonly data: Data;
  /** Its body has been read. Not enumerable. */
  declare readonly response: Response;

  /** @param name of the call, for the message of an answer without a `detail` */
  constructor(name: string, response: Response, data: unknown) {
    const { status, headers, statusText } = response;
    const problem = Object(data) as Readonly<Record<string, unknown>>;
    const text = (key: string): string | undefined =>
      typeof problem[key] === 'string' ? problem[key] : undefined;
    super(text('detail') ?? `${name} was answered with ${status} ${statusText}`.trim());
    this.status = status as Status;
    this.code = text('code') ?? 'ERR_BLAIZE_CLIENT_STATUS';
    this.title = text('title') ?? statusText;
    this.type = text('type') ?? 'about:blank';
    this.details = problem['details'];
    this.headers = Object.fromEntries(
      [...headers].filter(([key]) => /^(?:allow|retry-after|www-authenticate)$/.test(key)),
    );
    this.correlationId = text('correlationId') ?? headers.get('x-correlation-id') ?? undefined;
    this.expose = status < 500;
    const isValidation = this.code === 'ERR_BLAIZE_VALIDATION' && Array.isArray(this.details);
    this.name = `${isValidation ? 'Validation' : (NAMES[status] ?? 'Http')}Error`;
    mark(this, 'HttpError');
    mark(this, this.name);
    Object.defineProperties(this, { data: { value: data }, response: { value: response } });
  }
}
