import { brand, isInstance } from './brand.ts';
import type { BlaizeErrorCode } from './codes.ts';
import { assertHeaderName, assertHeaderValue } from './header-field.ts';
import { codeOf, isErrorStatus, errorTitleOf } from './status.ts';

/** The options of an {@link HttpError}. */
export interface HttpErrorOptions extends ErrorOptions {
  /** Stable, for programs. Default: made from the status phrase, `ERR_BLAIZE_NOT_FOUND`. */
  code?: BlaizeErrorCode | (string & {}) | undefined;
  /** Helps the client to correct its request; sent as `details`. */
  details?: unknown;
  /** Whether clients may see the message and details in production. Default: true below 500. */
  expose?: boolean | undefined;
  /** Headers of the answer: `Allow`, `Retry-After`, `WWW-Authenticate`. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** The option whose limit was exceeded. A server counts its own limits in `limitHits`. */
  limit?: string | undefined;
  /** A URI that identifies the kind of problem. Default: `about:blank`, which adds nothing to the status. */
  type?: string | undefined;
}

/**
 * An error that is an answer. Throw it in a handler or middleware: the client gets problem details (RFC 9457).
 *
 * The message is sent to the client if the status is below 500. For 500 and above, it is sent only outside of production,
 * unless `expose` is true.
 *
 * `instanceof` also works for errors of other copies of this package, for this class and those of its subclasses that are
 * defined here.
 */
export class HttpError extends Error {
  /** @internal */
  static readonly '~brand' = /* @__PURE__ */ brand(this, 'HttpError');

  /** 400 to 599. */
  readonly status: number;
  /** Stable across releases, for programs. */
  readonly code: BlaizeErrorCode | (string & {});
  readonly type: string;
  readonly details: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** The option whose limit was exceeded. */
  readonly limit: string | undefined;
  readonly #expose: boolean | undefined;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this, value);
  }

  /** @throws RangeError if `status` is not an error status; TypeError if a header is not valid */
  constructor(status: number, message?: string, options: HttpErrorOptions = {}) {
    if (!isErrorStatus(status)) {
      throw new RangeError(`An HttpError needs a status from 400 to 599, not ${String(status)}.`);
    }
    super(message ?? errorTitleOf(status), options);
    this.name = new.target.name;
    this.status = status;
    this.code = options.code ?? codeOf(status);
    this.type = options.type ?? 'about:blank';
    this.details = options.details;
    this.headers = options.headers ?? {};
    this.limit = options.limit;
    this.#expose = options.expose;
    for (const [field, value] of Object.entries(this.headers)) {
      assertHeaderName(field);
      assertHeaderValue(field, value);
    }
  }

  /** Whether clients may see the message and details in production. */
  get expose(): boolean {
    return this.#expose ?? this.status < 500;
  }

  /** The status phrase. */
  get title(): string {
    return errorTitleOf(this.status);
  }
}
