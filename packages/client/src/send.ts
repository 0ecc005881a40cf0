import { checkNames } from './check-names.ts';
import { ClientError } from './client-error.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { networkError } from './network.ts';
import type { AnyCallOptions, ClientRequest, HeadersInput } from './options.ts';
import { encodeBody, type EncodedBody } from './request-body.ts';
import { addFields, fillPath } from './request-url.ts';
import { delayOf, readRetry } from './retry.ts';
import { headersOf, type Settings } from './settings.ts';

const OPTIONS = 'params query headers body contentType signal timeout retry';

/** A call, before it is sent. */
export interface Call {
  readonly settings: Settings;
  readonly method: string;
  readonly path: string;
  /** For messages: `GET /users/[id]`. */
  readonly name: string;
  readonly options: AnyCallOptions;
  /** Replace those of the options. */
  readonly headers?: HeadersInput;
}

/**
 * Sends a call, again if it may, and reads the answer within the time of the call.
 *
 * @param keep whether the caller's signal is heard after that, until the deadline is ended by whoever has it
 */
export async function send<T>(
  call: Call,
  read: (response: Response, deadline: Deadline) => T | Promise<T>,
  keep = false,
): Promise<T> {
  const { settings, method, path, name, options } = call;
  const { onRequest, onResponse, onError } = settings.options;
  const deadline = startDeadline(name, options.timeout ?? settings.timeout, options.signal);
  let end = deadline.end;
  try {
    checkNames(options, OPTIONS);
    const retry = readRetry(options.retry, settings.retry);
    const query = new URLSearchParams();
    addFields(query, options.query ?? {});
    const search = String(query);
    const url = settings.base + fillPath(path, options.params) + (search && `?${search}`);
    const body = encodeBody(options.body, options.contentType);
    const attempts = body.once || !retry.methods.includes(method) ? 1 : 1 + retry.limit;
    for (let attempt = 1; ; attempt++) {
      const request = { method, path, url, attempt, headers: await deadline.race(makeHeaders(call, body)) };
      await deadline.race(onRequest?.(request));
      let delay: number | undefined;
      try {
        const sent = Promise.resolve(makeRequest(call, request, body, deadline.signal)).then(settings.fetch);
        const response = await deadline.race(sent).catch(networkError(name));
        await deadline.race(onResponse?.(response, request));
        if (attempt < attempts && retry.statuses.includes(response.status)) {
          delay = delayOf(retry, attempt, response);
        }
        // If there is no time for another attempt, this answer is more useful than a timeout.
        if (delay === undefined || Date.now() + delay > deadline.at) {
          const result = await deadline.race(read(response, deadline));
          if (keep) end = deadline.stopClock;
          return result;
        }
        response.body?.cancel().catch(() => undefined);
      } catch (error) {
        delay = delayOf(retry, attempt) ?? 0;
        const isNetwork = (error as ClientError).code === 'ERR_BLAIZE_CLIENT_NETWORK';
        if (attempt >= attempts || !isNetwork || Date.now() + delay > deadline.at) throw error;
      }
      await deadline.sleep(delay);
    }
  } catch (error) {
    const other = await onError?.(error as Error, { method, path });
    throw other instanceof Error ? other : error;
  } finally {
    end();
  }
}

async function makeHeaders(
  { settings, options, headers: own }: Call,
  { type }: EncodedBody,
): Promise<Headers> {
  const headers = await headersOf(settings.options.headers, options.headers, own);
  if (type && !headers.has('content-type')) headers.set('content-type', type);
  return headers;
}

function makeRequest(
  { name, settings: { options } }: Call,
  { url, method, headers }: ClientRequest,
  { content, once }: EncodedBody,
  signal: AbortSignal,
): Request {
  const { credentials, redirect } = options;
  try {
    return new Request(url, {
      method,
      headers,
      signal,
      body: content ?? null,
      // Some workers refuse these even if they are undefined.
      ...(credentials && { credentials }),
      ...(redirect && { redirect }),
      ...(once && { duplex: 'half' }),
    });
  } catch {
    // The message of the cause may have the URL, and with it what is secret.
    throw new ClientError('ERR_BLAIZE_CLIENT_REQUEST', `${name} has a URL or body that cannot be sent.`);
  }
}
