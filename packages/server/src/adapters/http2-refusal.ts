import type { IncomingHttpHeaders } from 'node:http2';

import { BadRequestError, HttpError, NotImplementedError } from '@blaizejs/errors';
import type { Limits } from '@blaizejs/types';

import { isHost } from './host.ts';
import { repeatedAuthorization, tooManyFields } from './http1-refusal.ts';

const COLON = 58;

/** Finds requests that RFC 9113 or a limit forbids and Node accepts. Node resets other malformed requests itself. */
export class Http2Refusals {
  readonly #limits: Limits;
  readonly #defaultPort: RegExp;
  /** The last valid authority. Most requests have the same one. */
  #known: string | undefined;

  constructor(limits: Limits, secure: boolean) {
    this.#limits = limits;
    this.#defaultPort = secure ? /:(?:443)?$/ : /:(?:80)?$/;
  }

  /**
   * Why a request must not be served; undefined if it may.
   *
   * @param rawHeaders alternating names and values, as received
   */
  of(headers: IncomingHttpHeaders, rawHeaders: readonly string[]): HttpError | undefined {
    const { ':authority': authority, ':path': path, host, expect } = headers;
    const refusal = this.#refuseFields(rawHeaders);
    if (refusal) return refusal;
    // Only CONNECT has no path.
    if (path === undefined) {
      return new NotImplementedError('This server does not proxy CONNECT requests.', { expose: true });
    }
    if (host !== undefined && authority !== undefined && !this.#isSame(host, authority)) {
      // RFC 9113 section 8.3.1: otherwise, two readers of the request could see two different hosts.
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

  /** Compares as in RFC 3986 section 6.2: ignores case and a default port. */
  #isSame(host: string, authority: string): boolean {
    const normalise = (name: string): string => name.toLowerCase().replace(this.#defaultPort, '');
    return host === authority || normalise(host) === normalise(authority);
  }

  #refuseFields(rawHeaders: readonly string[]): HttpError | undefined {
    const { maxHeadersCount, maxHeaderSize } = this.#limits;
    let pseudo = 0;
    let size = 0;
    let authorized = 0;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] as string;
      if (name.charCodeAt(0) === COLON) pseudo += 1;
      else if (name === 'authorization') authorized += 1;
      // In HTTP/1.1, each field takes four more bytes: `: ` and the line break.
      size += name.length + (rawHeaders[i + 1] as string).length + 4;
    }
    if (rawHeaders.length / 2 - pseudo > maxHeadersCount) return tooManyFields(this.#limits);
    if (size <= maxHeaderSize) return authorized > 1 ? repeatedAuthorization() : undefined;
    const message = `The header fields are larger than ${maxHeaderSize} bytes.`;
    return new HttpError(431, message, { limit: 'maxHeaderSize', details: { limit: maxHeaderSize } });
  }
}

const quote = (text: string): string => JSON.stringify(text);
