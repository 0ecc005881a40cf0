import { loggedPath, type RequestContext } from '@blaizejs/context/internal';
import { BadRequestError, HttpError } from '@blaizejs/errors';
import { leftOut } from '@blaizejs/errors/internal';

declare const BLAIZE_WITHOUT_DEADLINES: true | undefined;

/** Milliseconds of the units of gRPC. */
const UNITS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** The longest delay of a timer. */
const MOST = 2 ** 31 - 1;

/**
 * Reads how long a caller will wait: a number of milliseconds, or one with a unit of gRPC.
 *
 * @returns milliseconds, not more than a timer can wait; undefined without the header
 * @throws BadRequestError for anything else: who sends the header wants it to be heeded
 */
export const readTimeout: (name: string, sent: string | undefined) => number | undefined =
  typeof BLAIZE_WITHOUT_DEADLINES === 'undefined' ? read : leftOut('deadlineHeader');

function read(name: string, sent: string | undefined): number | undefined {
  if (sent === undefined) return undefined;
  const [, digits, unit = 'm'] = /^(\d{1,10})([HMSmun])?$/.exec(sent) ?? [];
  if (digits !== undefined) return Math.min(Number(digits) * (UNITS[unit] ?? 1), MOST);
  throw new BadRequestError(
    `The header ${name} needs a number of milliseconds, such as 250, or a time of gRPC, such as 250m; ` +
      `it is ${JSON.stringify(sent.slice(0, 64))}.`,
  );
}

/** Whether the time of a request is over, even if no timer has said so yet. */
export function isOver({ began, timeLimit }: RequestContext): boolean {
  return performance.now() - began >= timeLimit;
}

/** The answer to a request whose caller has not waited. */
export function deadlineOver({ request, timeLimit }: RequestContext): HttpError {
  const message = `${request.method} ${loggedPath(request)} was not answered within the ${timeLimit} ms that the caller gave.`;
  return new HttpError(504, message, { code: 'ERR_BLAIZE_DEADLINE', expose: true });
}
