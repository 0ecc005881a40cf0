import { checkNames } from './check-names.ts';
import { ClientError } from './client-error.ts';
import type { ClientOptions, Fetcher, FetchTarget, HeadersInput } from './options.ts';
import { type Retry, readRetry } from './retry.ts';
import { readBase } from './request-url.ts';

/** The options of a client, with their defaults. */
export interface Settings {
  readonly base: string;
  readonly fetch: Fetcher;
  readonly retry: Retry;
  readonly timeout: number;
  readonly responseLimit: number;
  readonly options: ClientOptions;
}

const OPTIONS = 'headers timeout retry responseLimit credentials redirect fetch onRequest onResponse onError';

/** @throws ClientError `ERR_BLAIZE_CLIENT_REQUEST` for a base that is no URL of http, and for an unknown option */
export function readSettings(target: string | URL | FetchTarget, options: ClientOptions): Settings {
  const inProcess = typeof target === 'object' && 'fetch' in target ? target : undefined;
  checkNames(options, OPTIONS);
  return {
    base: readBase(inProcess ? 'http://localhost' : (target as string | URL)),
    // Looked up for each call: tests and monitoring tools replace the global one.
    fetch: options.fetch ?? ((request) => (inProcess ?? globalThis).fetch(request)),
    retry: readRetry(options.retry),
    timeout: options.timeout ?? 30_000,
    responseLimit: options.responseLimit ?? 0,
    options,
  };
}

/**
 * Merges headers; later ones replace earlier ones.
 *
 * @throws ClientError for one that cannot be sent, such as a value with a line break. Its message does not show the value.
 */
export async function headersOf(
  own: ClientOptions['headers'],
  ...more: (HeadersInput | undefined)[]
): Promise<Headers> {
  const headers = new Headers();
  for (const each of [typeof own === 'function' ? await own() : own, ...more]) {
    const entries: Iterable<readonly [string, unknown]> =
      each && Symbol.iterator in each ? (each as Iterable<[string, string]>) : Object.entries(each ?? {});
    for (const [name, value] of entries) {
      try {
        // eslint-disable-next-line @typescript-eslint/no-base-to-string -- its type allows primitive values
        if (value !== undefined) headers.set(name, String(value));
      } catch {
        throw new ClientError(
          'ERR_BLAIZE_CLIENT_REQUEST',
          `The header ${JSON.stringify(name)} cannot be sent.`,
        );
      }
    }
  }
  return headers;
}
