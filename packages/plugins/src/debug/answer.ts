import type { Readable } from 'node:stream';

/** What someone asks for, on whichever way it has come. */
export interface Question {
  readonly method: string;
  /** Below the root of the endpoints, such as `/cpu-profile`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Aborts when the client is gone, or the server stops. */
  readonly signal: AbortSignal;
}

/** What it gets. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Readable;
}

/** An answer other than 200, as text. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.answer = { status, type: 'text/plain; charset=utf-8', headers, body: `${message}\n` };
  }
}

/** An answer with JSON to read. */
export function json(value: unknown): Answer {
  return { status: 200, type: 'application/json', body: `${JSON.stringify(value, undefined, 2)}\n` };
}

/** An answer to save as a file. */
export function file(name: string, body: string | Readable): Answer {
  const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const disposition = `attachment; filename="${process.pid}-${time}.${name}"`;
  return { status: 200, type: 'application/json', headers: { 'content-disposition': disposition }, body };
}

/**
 * Reads the seconds that something should take.
 *
 * @throws Refusal
 */
export function readSeconds(query: URLSearchParams, fallback: number, max: number): number {
  const text = query.get('seconds');
  const seconds = text === null ? Math.min(fallback, max) : Number(text);
  if (text?.trim() === '' || !(seconds > 0 && seconds <= max)) {
    throw new Refusal(
      400,
      `Expected a number of seconds above 0 and up to ${max}, received ${JSON.stringify(text)}.`,
    );
  }
  return seconds;
}
