import { HttpError } from './http-error.ts';
import { isError } from './is-error.ts';
import { codeOf, isErrorStatus, titleOf } from './status.ts';

/** Problem details (RFC 9457), with members that help to find the request in the logs. */
export interface ProblemDetails {
  /** Names the kind of problem; `about:blank` means no more than the status. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable, for programs. */
  readonly code: string;
  readonly correlationId: string;
  /** When the answer was made, in ISO 8601. */
  readonly timestamp: string;
  readonly details?: unknown;
}

/** Settings for {@link toProblem}. */
export interface ProblemOptions {
  readonly correlationId: string;
  /** Whether to hide the message and details of errors that clients may not see. */
  readonly production: boolean;
}

/** Turns whatever was thrown into problem details. Anything but an {@link HttpError} is a 500. Never throws. */
export function toProblem(thrown: unknown, { correlationId, production }: ProblemOptions): ProblemDetails {
  const http = readHttpError(thrown);
  const status = http?.status ?? 500;
  const visible = http?.expose === true || !production;
  return {
    type: http?.type ?? 'about:blank',
    title: titleOf(status),
    status,
    detail: visible ? messageOf(thrown) : titleOf(status),
    code: http?.code ?? codeOf(500),
    correlationId,
    timestamp: new Date().toISOString(),
    ...(visible && http?.details !== undefined ? { details: asJson(http.details) } : {}),
  };
}

/**
 * The error itself, of whichever realm. For any other thrown value, and for an error whose message can't be read, an
 * `Error` with that value as its cause. Never throws.
 */
export function toError(thrown: unknown): Error {
  return isError(thrown) && hasMessage(thrown)
    ? thrown
    : new Error(`Thrown: ${messageOf(thrown)}`, { cause: thrown });
}

/** What an answer needs to know of an {@link HttpError}; undefined if it is none, or can't be read. Never throws. */
export function readHttpError(
  thrown: unknown,
): Pick<HttpError, 'status' | 'type' | 'code' | 'details' | 'expose' | 'headers' | 'limit'> | undefined {
  // A proxy may throw whatever it is asked, or claim to be an error that it is not; a subclass may have getters that throw.
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

// Never throws: whatever was thrown, the client gets an answer.
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

/** Details that cannot be sent (circular ones, a BigInt) must not take the rest of the answer with them. */
function asJson(details: unknown): unknown {
  try {
    toJson(details);
    return details;
  } catch {
    return messageOf(details);
  }
}
