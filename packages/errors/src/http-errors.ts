import { HttpError, type HttpErrorOptions } from './http-error.ts';

/** 400: the request can't be understood. */
export class BadRequestError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(400, message, options);
  }
}

/** One field that does not fit its schema. */
export interface FieldIssue {
  readonly in: 'params' | 'query' | 'body';
  /** The way to the field, as in code: `items[0].name`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** 400: the request does not fit the route's schemas. `details` names each field. Code: `ERR_BLAIZE_VALIDATION`. */
export class ValidationError extends HttpError {
  declare readonly details: readonly FieldIssue[];

  constructor(issues: readonly FieldIssue[]) {
    const first = issues[0];
    const where = first
      ? `${first.in}${first.path.replace(/^(?=[^[])/, '.')}: ${first.message}`
      : 'no details';
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
    super(400, `The request does not fit: ${where}${more}`, {
      code: 'ERR_BLAIZE_VALIDATION',
      details: issues,
    });
  }
}

/** 401: the client has to say who it is. */
export class UnauthorizedError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(401, message, options);
  }
}

/** 403: the client may not. */
export class ForbiddenError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(403, message, options);
  }
}

/** 404: there is nothing here. */
export class NotFoundError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(404, message, options);
  }
}

/** 405: not with this method. The answer names those that will do in `Allow` (RFC 9110 section 15.5.6). */
export class MethodNotAllowedError extends HttpError {
  constructor(method: string, allowed: readonly string[]) {
    super(
      405,
      `${method} is not served here; ${allowed.join(', ')} ${allowed.length === 1 ? 'is' : 'are'}.`,
      {
        headers: { allow: allowed.join(', ') },
      },
    );
  }
}

/** 408: the client took too long. */
export class RequestTimeoutError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(408, message, options);
  }
}

/** 409: the request contradicts what is there. */
export class ConflictError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(409, message, options);
  }
}

/** 413: the content is larger than `limit` bytes. */
export class PayloadTooLargeError extends HttpError {
  constructor(limit: number) {
    super(413, `The content is larger than the limit of ${limit} bytes.`, {
      details: { limit },
      limit: 'bodyLimit',
    });
  }
}

/** 415: the content is of a type, charset or coding that is not read here. */
export class UnsupportedMediaTypeError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(415, message, options);
  }
}

/** 422: understood, but it makes no sense. */
export class UnprocessableContentError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(422, message, options);
  }
}

/** 429: too many requests. Say when to come back with a `retry-after` header. */
export class TooManyRequestsError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(429, message, options);
  }
}

/** 500: a fault of the server. In production its message is not sent. */
export class InternalServerError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(500, message, options);
  }
}

/** 501: a method that HTTP does not define (RFC 9110 section 15.6.2). */
export class NotImplementedError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(501, message, options);
  }
}

/** 503: not now. Say when to come back with a `retry-after` header. */
export class ServiceUnavailableError extends HttpError {
  constructor(message?: string, options?: HttpErrorOptions) {
    super(503, message, options);
  }
}
