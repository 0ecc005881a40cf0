import { BlaizeError } from '@blaizejs/errors';
import { type Check, is, isInteger, optional, orElse, record } from '@blaizejs/errors/internal';

import { decode } from '../read-text.ts';

/** Options that all remote sources have. */
export interface RemoteOptions {
  /** Header fields of each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds for each request. Default: 5,000 */
  readonly timeout?: number | undefined;
  /** Bytes of an answer. Default: 1 MiB */
  readonly maxSize?: number | undefined;
  /** Default: Node's own. One with a dispatcher of undici can have a client certificate. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Those options, checked. */
export interface Remote {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly maxSize: number;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

const positive = (fallback: number): Check<number> =>
  orElse(
    is('a whole number above 0', (value) => isInteger(value, 1, 2 ** 31 - 1)),
    fallback,
  );

/** A secret: a wrong one is in no message. */
export const secretText: Check<string | undefined> = (value, path, report) => {
  if (value !== undefined && (typeof value !== 'string' || value === '')) report(path, undefined, 'a text');
  return value as string | undefined;
};

export const remoteShape = {
  headers: orElse(record(secretText as Check<string>, 'an object of header fields'), {}),
  timeout: positive(5000),
  maxSize: positive(1_048_576),
  fetch: optional(is<typeof globalThis.fetch>('a function', (value) => typeof value === 'function')),
};

/** Milliseconds between two requests. */
export const interval = positive(30_000);

/** An http or https URL. With a password in it, every message about it would have to hide that. */
export const url: Check<string> = (value, path, report) => {
  const parsed = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (parsed && (parsed.username !== '' || parsed.password !== '')) {
    report(path, undefined, 'a URL without a name and a password in it');
  } else if (!parsed || !/^https?:$/.test(parsed.protocol)) report(path, undefined, 'an http or https URL');
  return parsed?.href ?? '';
};

/** A URL as it may be shown: its query may have a token. */
export function shownUrl(href: string): string {
  const { origin, pathname } = new URL(href);
  return origin + pathname;
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** An error of a source. */
export function sourceError(message: string, cause?: unknown): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_CONFIG_SOURCE', message, cause === undefined ? undefined : { cause });
}

/** One request: no redirects, a deadline, and an answer of limited size. */
export async function request(
  remote: Remote,
  href: string,
  init: { method?: string; body?: string; headers?: Record<string, string>; timeout?: number },
  signal: AbortSignal,
): Promise<Answer> {
  const { timeout = remote.timeout, ...rest } = init;
  const deadline = AbortSignal.timeout(timeout);
  try {
    const response = await send(remote, href, rest, AbortSignal.any([signal, deadline]));
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of bodyOf(response)) {
      size += chunk.length;
      if (size > remote.maxSize) throw sourceError(`the answer is larger than ${remote.maxSize} bytes`);
      chunks.push(chunk);
    }
    const decoded = decode(Buffer.concat(chunks), remote.maxSize);
    if ('problem' in decoded) throw sourceError(decoded.problem.replace(/^it/, 'the answer'));
    return { status: response.status, headers: response.headers, text: decoded.text };
  } catch (error) {
    if (deadline.aborted && !signal.aborted) throw sourceError(`there was no answer in ${timeout} ms`);
    throw readable(error);
  }
}

/** Sends a request. @returns when the head of the answer is there */
export function send(
  remote: Remote,
  href: string,
  init: { method?: string; body?: string; headers?: Record<string, string> },
  signal: AbortSignal,
): Promise<Response> {
  const { fetch = globalThis.fetch, headers } = remote;
  return fetch(href, { ...init, headers: { ...headers, ...init.headers }, redirect: 'error', signal });
}

/** The bytes of an answer. */
export async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  // The types of the DOM know no iterator of a stream.
  if (response.body) yield* response.body as unknown as AsyncIterable<Uint8Array>;
}

/** What fetch() throws says "fetch failed", and the reason is its cause. */
export function readable(error: unknown): Error {
  if (error instanceof BlaizeError) return error;
  const { cause } = error as { cause?: unknown };
  const { code, message = 'the request failed' } = (cause ?? error) as { code?: unknown; message?: string };
  return sourceError(typeof code === 'string' ? `the request failed: ${code}` : message, error);
}

/** JSON of a server. Its text is in no message. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw sourceError('the answer is not JSON');
  }
}

/** Checks a status. */
export function expectStatus({ status }: { readonly status: number }, ...expected: readonly number[]): void {
  if (!expected.includes(status)) throw sourceError(`the answer has status ${status}`);
}
