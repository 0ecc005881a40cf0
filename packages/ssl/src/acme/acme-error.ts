import { CertificateError } from '@blaizejs/errors';

/** What an ACME server says about a failure (RFC 8555 section 6.7). */
export interface AcmeProblem {
  /** Without its prefix: `rateLimited`. */
  readonly type?: string | undefined;
  readonly status?: number | undefined;
  /** Milliseconds since 1970 before which the server wants no further attempt. */
  readonly retryAt?: number | undefined;
}

/** An attempt to get a certificate failed. */
export class AcmeError extends CertificateError implements AcmeProblem {
  readonly type: string | undefined;
  readonly status: number | undefined;
  readonly retryAt: number | undefined;

  constructor(message: string, { type, status, retryAt }: AcmeProblem = {}, options?: ErrorOptions) {
    super(message, undefined, options);
    this.type = type;
    this.status = status;
    this.retryAt = retryAt;
  }
}

const PREFIX = 'urn:ietf:params:acme:error:';
const DETAIL = 300;
// A certificate has at most a hundred names.
const PARTS = 100;

/** The problem document of an answer or of an object, with what it says about each name. */
export function toAcmeError(
  what: string,
  problem: unknown,
  { status, retryAt }: AcmeProblem = {},
): AcmeError {
  const { type, detail, subproblems } = (
    typeof problem === 'object' && problem !== null ? problem : {}
  ) as Record<string, unknown>;
  const kind = typeof type === 'string' ? printable(type.replace(PREFIX, '')) : undefined;
  const parts = Array.isArray(subproblems) ? (subproblems as unknown[]).slice(0, PARTS) : [];
  const details = [detail, ...parts.map((part) => (part as { detail?: unknown } | null)?.detail)];
  const said = details.filter((one) => typeof one === 'string').map(printable);
  const reason = [kind ?? (status === undefined ? 'no reason given' : `status ${status}`), ...said].join(
    ': ',
  );
  return new AcmeError(`${what}: ${reason}.`, { type: kind, status, retryAt });
}

/** Text of a server that may be hostile: it goes into log lines. */
export function printable(text: string): string {
  return text
    .slice(0, DETAIL)
    .replace(/[^\x20-\x7e]/g, ' ')
    .replace(/\.$/, '');
}
