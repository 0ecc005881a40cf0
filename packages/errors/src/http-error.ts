import { STATUS_CODES } from 'node:http';

/** What an {@link HttpError} can be made with besides its status. */
export interface HttpErrorOptions extends ErrorOptions {
  /** Stable, for programs. Default: made of the status phrase, `ERR_BLAIZE_NOT_FOUND`. */
  code?: string | undefined;
  /** Whatever helps the client to mend its request; sent as `details`. */
  details?: unknown;
  /** Header fields of the answer: `Allow`, `Retry-After`, `WWW-Authenticate`. */
  headers?: Readonly<Record<string, string>> | undefined;
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

  /** @throws RangeError where `status` is not an error status */
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
  }

  /** The status phrase. */
  get title(): string {
    return titleOf(this.status);
  }

  /** Whether clients may see the message in production. */
  get expose(): boolean {
    return this.status < 500;
  }
}

/** The phrase that goes with a status: `Not Found`. */
export function titleOf(status: number): string {
  return STATUS_CODES[status] ?? (status < 500 ? 'Client Error' : 'Server Error');
}
