import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';

// Registered, so that an error of another copy of this package is known too.
const HTTP_ERROR = Symbol.for('blaizejs.http-error');

/** What an {@link HttpError} can be made with besides its status. */
export interface HttpErrorOptions extends ErrorOptions {
  /** Stable, for programs. Default: made of the status phrase, `ERR_BLAIZE_NOT_FOUND`. */
  code?: string | undefined;
  /** Whatever helps the client to mend its request; sent as `details`. */
  details?: unknown;
  /** Whether clients may see the message and details in production. Default: below 500. */
  expose?: boolean | undefined;
  /** Header fields of the answer: `Allow`, `Retry-After`, `WWW-Authenticate`. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** The option that set the limit which was exceeded; a server counts those of its own in `limitHits`. */
  limit?: string | undefined;
  /** A URI that names the kind of problem. Default: `about:blank`, which means no more than the status. */
  type?: string | undefined;
}

/**
 * An answer that is an error. Thrown anywhere below a server it becomes problem details (RFC 9457).
 *
 * The message is sent to the client for every status below 500; for 500 and above only outside of production,
 * unless `expose` says otherwise.
 */
export class HttpError extends Error {
  /** 400 to 599. */
  readonly status: number;
  readonly code: string;
  readonly type: string;
  readonly details: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** The option that set the limit which was exceeded. */
  readonly limit: string | undefined;
  readonly #expose: boolean | undefined;

  /** True for an error of this class, or of that of another copy of this package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== HttpError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && HTTP_ERROR in value;
  }

  /** @throws RangeError where `status` is not an error status; TypeError where a header field is not valid */
  constructor(status: number, message?: string, options: HttpErrorOptions = {}) {
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`An HttpError has a status from 400 to 599, not ${String(status)}.`);
    }
    super(message ?? titleOf(status), options);
    this.name = new.target.name;
    this.status = status;
    this.code = options.code ?? `ERR_BLAIZE_${titleOf(status).toUpperCase().replaceAll(/\W+/g, '_')}`;
    this.type = options.type ?? 'about:blank';
    this.details = options.details;
    this.headers = options.headers ?? {};
    this.limit = options.limit;
    this.#expose = options.expose;
    for (const [field, value] of Object.entries(this.headers)) {
      validateHeaderName(field);
      validateHeaderValue(field, value);
    }
    Object.defineProperty(this, HTTP_ERROR, { value: true });
  }

  /** Whether clients may see the message and details in production. */
  get expose(): boolean {
    return this.#expose ?? this.status < 500;
  }

  /** The status phrase. */
  get title(): string {
    return titleOf(this.status);
  }
}

/** The phrase that goes with a status: `Not Found`. */
export function titleOf(status: number): string {
  return STATUS_CODES[status] ?? (status < 500 ? 'Client Error' : 'Server Error');
}
