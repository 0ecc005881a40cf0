import { brand } from './brand.ts';
import { HttpError, type HttpErrorOptions } from './http-error.ts';

/** 400: the request cannot be understood. */
export class BadRequestError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'BadRequestError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(400, message, options);
  }
}

/** One field that its schema rejects. */
export interface FieldIssue {
  /** The part of the request. */
  readonly in: 'params' | 'query' | 'headers' | 'cookies' | 'body';
  /** The field, as a JSON pointer (RFC 6901): `/items/0/name`; empty for the part as a whole. */
  readonly pointer: string;
  /** What the schema library calls the problem: zod's and ArkType's `code`, Valibot's `type`; else `invalid`. */
  readonly code: string;
  readonly message: string;
  /** What is expected, if the library says so: `string`, `>=8`, `"a" | "b"`. */
  readonly expected?: string | undefined;
}

/** 400: the route's schemas reject the request. `details` names each field. Code: `ERR_BLAIZE_VALIDATION`. */
export class ValidationError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'ValidationError');

  declare readonly details: readonly FieldIssue[];

  /** @param total how many problems there are, if `issues` are only the first of them */
  constructor(issues: readonly FieldIssue[], total: number = issues.length) {
    const first = issues[0];
    const where = first ? `${first.in}${first.pointer}: ${first.message}` : 'no details';
    const more = total > 1 ? ` (and ${withCommas(total - 1)} more)` : '';
    super(400, `Request validation failed: ${where}${more}`, {
      code: 'ERR_BLAIZE_VALIDATION',
      details: issues,
    });
  }
}

function withCommas(count: number): string {
  return String(count).replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ',');
}

/** 401: the client must authenticate. */
export class UnauthorizedError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'UnauthorizedError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(401, message, options);
  }
}

/** 403: the client is not allowed to do this. */
export class ForbiddenError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'ForbiddenError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(403, message, options);
  }
}

/** 404: there is nothing here. */
export class NotFoundError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'NotFoundError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(404, message, options);
  }
}

/** 405: the path does not support this method. `Allow` lists those that it does (RFC 9110 section 15.5.6). */
export class MethodNotAllowedError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'MethodNotAllowedError');

  constructor(method: string, allowed: readonly string[]) {
    const use = allowed.length === 0 ? '' : `; use ${allowed.join(', ').replace(/, (?=[^,]*$)/, ' or ')}`;
    super(405, `${method} is not allowed here${use}.`, { headers: { allow: allowed.join(', ') } });
  }
}

/** 406: there is no answer of a type that the client accepts. `available` lists those that there are (RFC 9110 section 15.5.7). */
export class NotAcceptableError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'NotAcceptableError');

  declare readonly details: { readonly available: readonly string[] };

  /** @param available media types */
  constructor(available: readonly string[]) {
    super(406, `The answer is available as ${available.join(', ')}.`, {
      details: { available },
    });
  }
}

/** 408: the client took too long. */
export class RequestTimeoutError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'RequestTimeoutError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(408, message, options);
  }
}

/** 409: the request conflicts with the current state. */
export class ConflictError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'ConflictError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(409, message, options);
  }
}

/** 413: the body is larger than `limit` bytes. */
export class PayloadTooLargeError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'PayloadTooLargeError');

  constructor(limit: number) {
    super(413, `The body is larger than the limit of ${limit} bytes.`, {
      details: { limit },
      limit: 'bodyLimit',
    });
  }
}

/** 415: the body has a type, charset or coding that is not supported. */
export class UnsupportedMediaTypeError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'UnsupportedMediaTypeError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(415, message, options);
  }
}

/** 422: well-formed, but it cannot be processed. */
export class UnprocessableContentError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'UnprocessableContentError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(422, message, options);
  }
}

/** 429: too many requests. Say when to try again with a `retry-after` header. */
export class TooManyRequestsError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'TooManyRequestsError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(429, message, options);
  }
}

/** 500: a fault in the server. Its message is not sent in production. */
export class InternalServerError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'InternalServerError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(500, message, options);
  }
}

/** 501: a method that HTTP does not define (RFC 9110 section 15.6.2). */
export class NotImplementedError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'NotImplementedError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(501, message, options);
  }
}

/** 503: not available now. Say when to try again with a `retry-after` header. */
export class ServiceUnavailableError extends HttpError {
  static override readonly '~brand' = /* @__PURE__ */ brand(this, 'ServiceUnavailableError');

  constructor(message?: string, options?: HttpErrorOptions) {
    super(503, message, options);
  }
}
