import { ClientError } from './client-error.ts';
import { networkError } from './network.ts';
import { ResponseError } from './response-error.ts';
import type { Call } from './send.ts';

/** An answer whose body has been read. */
export interface ReadResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly data: unknown;
  readonly headers: Headers;
  readonly response: Response;
  /** What a call throws if the caller did not ask for the result. Undefined for a 2xx. */
  readonly error: Error | undefined;
}

/** Reads an answer of any status. */
export async function readResponse(call: Call, response: Response): Promise<ReadResponse> {
  const { status, ok, headers } = response;
  const data = await readData(call, response);
  const error = ok
    ? undefined
    : status < 400
      ? new ClientError(
          'ERR_BLAIZE_CLIENT_RESPONSE',
          `${call.name} was answered with ${status}, which has no data.`,
        )
      : new ResponseError(call.name, response, data);
  return { status, ok, data, headers, response, error };
}

/** @throws ResponseError or ClientError unless the status is a 2xx; the body is then read */
export async function assertOk(call: Call, response: Response): Promise<void> {
  if (!response.ok) throw (await readResponse(call, response)).error as Error;
}

/**
 * Reads a body by its media type: JSON, text, or anything else as a `Blob`. Undefined if there is none.
 *
 * @throws ClientError for bad JSON (with an error status, it stays text), above the limit, and if the connection breaks
 */
async function readData({ name, settings }: Call, response: Response): Promise<unknown> {
  const { responseLimit: limit } = settings;
  const { body, headers, ok } = response;
  if (!body) return undefined;
  const type = headers.get('content-type') ?? '';
  const bounded = limit ? new Response(body.pipeThrough(upTo(name, limit)), { headers }) : response;
  const isJson = /[/+]json\b/i.test(type);
  if (!isJson && !/^text\//i.test(type)) {
    const blob = await bounded.blob().catch(networkError(name));
    return blob.size || type ? blob : undefined;
  }
  const text = await bounded.text().catch(networkError(name));
  if (!isJson) return text;
  try {
    return text ? JSON.parse(text) : undefined;
  } catch (cause) {
    if (!ok) return text;
    throw new ClientError('ERR_BLAIZE_CLIENT_RESPONSE', `${name} was answered with bad JSON.`, cause);
  }
}

/** Passes bytes on, up to a limit. */
function upTo(
  name: string,
  limit: number,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let left = limit;
  return new TransformStream({
    transform: (chunk, controller) => {
      if ((left -= chunk.byteLength) < 0) throw tooLarge(name, limit);
      controller.enqueue(chunk);
    },
  });
}

export function tooLarge(name: string, limit: number): ClientError {
  return new ClientError(
    'ERR_BLAIZE_CLIENT_RESPONSE_LIMIT',
    `${name} was answered with more than ${limit}, the \`responseLimit\`.`,
  );
}
