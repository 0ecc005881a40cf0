import { type IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';

import { AcmeError } from './acme-error.ts';

/** An answer of an ACME server. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request to an ACME server. */
export interface Ask {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly body?: string | undefined;
  readonly ca?: string | Uint8Array | undefined;
  readonly signal: AbortSignal;
}

/** The size of the largest answer in bytes. Chains of certificates are the largest, with less than 10 KB. */
const MAX_ANSWER = 256 * 1024;
const TIMEOUT = 30_000;
const AGENT = 'blaizejs-ssl';

/**
 * Sends one request over HTTPS, and follows no redirects: a signed request is for one URL only (RFC 8555 section 6.4).
 *
 * @throws AcmeError if the server can't be reached, or its answer is too long or takes more than 30 seconds
 */
export async function ask(url: string, { method, body, ca, signal }: Ask): Promise<Answer> {
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:') {
    throw new AcmeError(
      `The URL ${JSON.stringify(url.slice(0, 200))} of the authority does not start with https://.`,
    );
  }
  const both = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]);
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const headers = {
        'user-agent': AGENT,
        ...(body !== undefined && { 'content-type': 'application/jose+json' }),
      };
      // Without an agent, no idle connection keeps the process alive.
      const options = {
        method,
        headers,
        agent: false,
        signal: both,
        ...(ca !== undefined && { ca: toText(ca) }),
      };
      const sent = request(url, options, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER) sent.destroy(new Error(`the answer is longer than ${MAX_ANSWER} bytes`));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0, headers: fields } = response;
          resolve({ status: statusCode, headers: fields, body: Buffer.concat(chunks).toString() });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  } catch (cause) {
    signal.throwIfAborted();
    const why = both.aborted ? `no answer within ${TIMEOUT / 1000} seconds` : (cause as Error).message;
    throw new AcmeError(`Can't reach the authority at ${new URL(url).host}: ${why}.`, {}, { cause });
  }
}

const toText = (pem: string | Uint8Array): string =>
  typeof pem === 'string' ? pem : Buffer.from(pem).toString();

const MAX_WAIT = 7 * 24 * 3_600_000;

/** When `Retry-After` allows the next request, at most a week from now. Undefined without the header. */
export function retryAt({ 'retry-after': value }: IncomingHttpHeaders, now = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  const at = /^\d{1,9}$/.test(value) ? now + Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at, now), now + MAX_WAIT);
}
