import type { IncomingHttpHeaders } from 'node:http2';

import { BadRequestError, HttpError, NotImplementedError } from '@blaizejs/errors';
import type { Limits } from '@blaizejs/types';

import { isHost } from './host.ts';
import { tooManyFields } from './http1-refusal.ts';

const COLON = 58;

/** Finds what Node lets through although RFC 9113 does not, or a limit. What else is malformed Node resets by itself. */
export class Http2Refusals {
  readonly #limits: Limits;
  /** The last authority that was right: most requests have the same. */
  #known: string | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Why a request must not be served; undefined where it may.
   *
   * @param rawHeaders names and values in turn, as they came
   */
  of(headers: IncomingHttpHeaders, rawHeaders: readonly string[]): HttpError | undefined {
    const { ':authority': authority, ':path': path, host, expect } = headers;
    const refusal = this.#refuseSize(rawHeaders);
    if (refusal) return refusal;
    // Only CONNECT has none.
    if (path === undefined) {
      return new NotImplementedError('This server does not proxy CONNECT requests.', { expose: true });
    }
    if (host !== undefined && authority !== undefined && !isSame(host, authority)) {
      // RFC 9113 section 8.3.1: who goes by the one and who goes by the other would speak of two hosts.
      return new BadRequestError(`Host is ${quote(host)}, but :authority is ${quote(authority)}.`);
    }
    const named = authority ?? host ?? '';
    if (named !== this.#known) {
      if (!isHost(named)) return new BadRequestError(`The :authority ${quote(named)} is not a valid host.`);
      this.#known = named;
    }
    if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
      return new HttpError(417, `The expectation ${quote(expect)} is not supported.`);
    }
    return undefined;
  }

  #refuseSize(rawHeaders: readonly string[]): HttpError | undefined {
    const { maxHeadersCount, maxHeaderSize } = this.#limits;
    let pseudo = 0;
    let size = 0;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] as string;
      if (name.charCodeAt(0) === COLON) pseudo += 1;
      // HTTP/1.1 would have four bytes more for each: `: ` and the end of the line.
      size += name.length + (rawHeaders[i + 1] as string).length + 4;
    }
    if (rawHeaders.length / 2 - pseudo > maxHeadersCount) return tooManyFields(this.#limits);
    if (size <= maxHeaderSize) return undefined;
    const message = `The header fields are larger than ${maxHeaderSize} bytes.`;
    return new HttpError(431, message, { limit: 'maxHeaderSize', details: { limit: maxHeaderSize } });
  }
}

/** Compares as RFC 3986 section 6.2 does: case does not matter, and a port that goes without saying does not either. */
function isSame(host: string, authority: string): boolean {
  return host === authority || normalise(host) === normalise(authority);
}

function normalise(authority: string): string {
  return authority.toLowerCase().replace(/:(?:443)?$/, '');
}

const quote = (text: string): string => JSON.stringify(text);
