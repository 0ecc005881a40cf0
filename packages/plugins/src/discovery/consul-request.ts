import { type Check, is, limit } from '@blaizejs/errors/internal';

import { discoveryError } from './discovery-error.ts';

/** How to reach an agent of Consul. */
export interface ConsulOptions {
  /** The agent. Default: `http://127.0.0.1:8500` */
  readonly url?: string | undefined;
  /** An ACL token. */
  readonly token?: string | undefined;
  /** Milliseconds for one request. Default: 5,000 */
  readonly timeout?: number | undefined;
}

const url: Check<string> = (value = 'http://127.0.0.1:8500', path, report) => {
  const parsed = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '') {
    // It may have a password in it.
    report(path, undefined, 'an http or https URL without a name and a password in it');
    return '';
  }
  return parsed.href.replace(/\/?$/, '/');
};

const token: Check<string | undefined> = (value, path, report) => {
  if (value !== undefined && (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)))
    report(path, undefined, 'a token of visible ASCII characters');
  return value as string | undefined;
};

export const consulShape = { url, token, timeout: limit(5000) };

/** A name that is put into paths and messages. */
export const serviceName = is<string>('the name of a service: letters, digits and -', (value) => {
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9-]*$/.test(value);
});

const MAX_ANSWER = 1_048_576;

/** One request to an agent. @returns the parsed answer @throws BlaizeError `ERR_BLAIZE_DISCOVERY` */
export async function askConsul(
  agent: { readonly url: string; readonly token: string | undefined; readonly timeout: number },
  method: 'GET' | 'PUT',
  path: string,
  body?: object,
  signal?: AbortSignal,
): Promise<unknown> {
  const deadline = AbortSignal.timeout(agent.timeout);
  try {
    const response = await fetch(new URL(path, agent.url), {
      method,
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        ...(agent.token === undefined ? {} : { 'x-consul-token': agent.token }),
      },
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await readText(response);
    if (!response.ok) throw discoveryError(`Consul answered ${response.status} to ${method} ${path}.`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_BLAIZE_DISCOVERY') throw cause;
    const why = deadline.aborted ? `no answer in ${agent.timeout} ms` : reasonOf(cause);
    throw discoveryError(`Consul at ${agent.url} can't be asked: ${why}.`, cause);
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // The types of the DOM know no iterator of a stream.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw discoveryError(`The answer of Consul is larger than ${MAX_ANSWER} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** What `fetch` throws says "fetch failed"; the reason is its cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (error as Error).message;
}
