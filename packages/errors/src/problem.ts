import { HttpError } from './http-error.ts';
import { isError } from './is-error.ts';
import { codeOf, isErrorStatus, errorTitleOf } from './status.ts';

/** Problem details (RFC 9457), with additional members to find the request in the logs. */
export interface ProblemDetails {
  /** Identifies the kind of problem; `about:blank` adds nothing to the status. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable, for programs. */
  readonly code: string;
  readonly correlationId: string;
  /** When the answer was created, in ISO 8601. */
  readonly timestamp: string;
  readonly details?: unknown;
}

/** The options of {@link toProblem}. */
export interface ProblemOptions {
  readonly correlationId: string;
  /** Whether to hide the message and details of errors that are not exposed. */
  readonly production: boolean;
}

/** Turns any thrown value into problem details. Anything but an {@link HttpError} is a 500. Never throws. */
export function toProblem(thrown: unknown, { correlationId, production }: ProblemOptions): ProblemDetails {
  const http = readHttpError(thrown);
  const status = http?.status ?? 500;
  const visible = http?.expose === true || !production;
  return {
    type: http?.type ?? 'about:blank',
    title: errorTitleOf(status),
    status,
    detail: visible ? messageOf(thrown) : errorTitleOf(status),
    code: http?.code ?? codeOf(500),
    correlationId,
    timestamp: new Date().toISOString(),
    ...(visible && http?.details !== undefined ? { details: asJson(http.details) } : {}),
  };
}

/**
 * Returns an error of any realm unchanged. For any other thrown value, and for an error whose message can't be read, returns
 * an `Error` with that value as its cause. Never throws.
 */
export function toError(thrown: unknown): Error {
  return isError(thrown) && hasMessage(thrown)
    ? thrown
    : new Error(`Thrown: ${messageOf(thrown)}`, { cause: thrown });
}

/** The properties of an {@link HttpError} for its answer; undefined if it is none, or can't be read. Never throws. */
export function readHttpError(
  thrown: unknown,
): Pick<HttpError, 'status' | 'type' | 'code' | 'details' | 'expose' | 'headers' | 'limit'> | undefined {
  // A proxy may throw on any access or pose as an error, and a subclass may have getters that throw.
  try {
    if (!(thrown instanceof HttpError)) return undefined;
    const { status, type, code, details, expose, headers, limit } = thrown;
    const whole = isErrorStatus(status) && typeof type === 'string' && typeof code === 'string';
    return whole ? { status, type, code, details, expose, headers, limit } : undefined;
  } catch {
    return undefined;
  }
}

function hasMessage(error: Error): boolean {
  try {
    return typeof (error as { readonly message: unknown }).message === 'string';
  } catch {
    return false;
  }
}

const toJson: (value: unknown) => string | undefined = JSON.stringify;

// Never throws: the client gets an answer, whatever was thrown.
function messageOf(thrown: unknown): string {
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- it is a primitive value
  if (typeof thrown !== 'object' && typeof thrown !== 'function') return String(thrown);
  const kind = `a value of type ${typeof thrown}`;
  try {
    const text: unknown = isError(thrown) ? thrown.message : toJson(thrown);
    return typeof text === 'string' ? text : kind;
  } catch {
    return kind;
  }
}

/** Replaces details that cannot be sent, such as cyclic ones or a BigInt, so that the rest of the answer is. */
function asJson(details: unknown): unknown {
  try {
    toJson(details);
    return details;
  } catch {
    return messageOf(details);
  }
}
