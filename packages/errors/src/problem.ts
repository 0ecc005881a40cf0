import { HttpError, titleOf } from './http-error.ts';

/** Problem details as RFC 9457 has them, with what helps to find the request in the logs. */
export interface ProblemDetails {
  /** Names the kind of problem; `about:blank` means no more than the status. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable, for programs. */
  readonly code: string;
  readonly correlationId: string;
  /** ISO 8601, when the answer was made. */
  readonly timestamp: string;
  readonly details?: unknown;
}

/** How problem details are made. */
export interface ProblemOptions {
  readonly correlationId: string;
  /** Hides the message and details of whatever is not meant for clients. */
  readonly production: boolean;
}

/** Turns whatever was thrown into problem details. What is no {@link HttpError} is a 500. */
export function toProblem(error: unknown, { correlationId, production }: ProblemOptions): ProblemDetails {
  const http = isA(error, HttpError) ? error : undefined;
  const status = http?.status ?? 500;
  const visible = http?.expose === true || !production;
  return {
    type: http?.type ?? 'about:blank',
    title: titleOf(status),
    status,
    detail: visible ? messageOf(error) : titleOf(status),
    code: http?.code ?? 'ERR_BLAIZE_INTERNAL_SERVER_ERROR',
    correlationId,
    timestamp: new Date().toISOString(),
    ...(visible && http?.details !== undefined ? { details: asJson(http.details) } : {}),
  };
}

/** Makes an `Error` of whatever was thrown. Never throws. */
export function toError(thrown: unknown): Error {
  return isA(thrown, Error) ? thrown : new Error(`Thrown: ${messageOf(thrown)}`, { cause: thrown });
}

// A proxy may throw whatever it is asked.
function isA<T>(thrown: unknown, kind: abstract new (...args: never) => T): thrown is T {
  try {
    return thrown instanceof kind;
  } catch {
    return false;
  }
}

const toJson: (value: unknown) => string | undefined = JSON.stringify;

// Never throws: whatever was thrown, there is an answer to be made of it.
function messageOf(thrown: unknown): string {
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- it is a primitive value
  if (typeof thrown !== 'object' && typeof thrown !== 'function') return String(thrown);
  const kind = `a value of type ${typeof thrown}`;
  try {
    const text: unknown = thrown instanceof Error ? thrown.message : toJson(thrown);
    return typeof text === 'string' ? text : kind;
  } catch {
    return kind;
  }
}

/** Details that can't be sent (circular ones, a BigInt) must not take the rest of the answer with them. */
function asJson(details: unknown): unknown {
  try {
    toJson(details);
    return details;
  } catch {
    return messageOf(details);
  }
}
