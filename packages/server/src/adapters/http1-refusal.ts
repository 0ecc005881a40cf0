import type { IncomingMessage } from 'node:http';

import { BadRequestError, HttpError, NotImplementedError } from '@blaizejs/errors';
import type { Limits } from '@blaizejs/types';

import { isHost } from './host.ts';

const SLASH = 47;

// RFC 9112 section 3.2.2.
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)((?:[/?].*)?)$/i;

/** Finds requests that RFC 9112 forbids and Node's parser accepts, as far as the parsed request still shows it. */
export class Http1Refusals {
  readonly #limits: Limits;
  /** The last valid Host field. Most requests have the same one. */
  #known: string | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Why a request must not be served; undefined if it may. */
  of(request: IncomingMessage): HttpError | undefined {
    const { rawHeaders, url = '', headers, httpVersion } = request;
    if (rawHeaders.length > this.#limits.maxHeadersCount * 2) return tooManyFields(this.#limits);
    if (httpVersion !== '1.1') {
      const refusal = refuseVersion(request);
      if (refusal) return refusal;
    }
    let host: string | undefined;
    let authorized = false;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] as string;
      if (name.length === 13 && name.toLowerCase() === 'authorization') {
        if (authorized) return repeatedAuthorization();
        authorized = true;
      }
      if (name.length !== 4 || (name !== 'Host' && name.toLowerCase() !== 'host')) continue;
      if (host !== undefined) return new BadRequestError('The request has more than one Host field.');
      host = rawHeaders[i + 1];
    }
    if (host === undefined) {
      if (httpVersion === '1.1') return new BadRequestError('The request has no Host field.');
    } else if (host !== this.#known) {
      if (!isHost(host)) return new BadRequestError(`The Host field ${quote(host)} is not a valid host.`);
      this.#known = host;
    }
    if (url.charCodeAt(0) !== SLASH && !isTarget(url, request.method)) {
      return new BadRequestError(`${quote(url)} is not a valid request target.`);
    }
    const coding = headers['transfer-encoding'];
    return coding === undefined || coding === 'chunked' ? undefined : refuseCoding(coding);
  }
}

/** The authority and path of a target that is a whole URL, as sent; undefined if it isn't one. */
export function parseAbsoluteForm(target: string): { authority: string; path: string } | undefined {
  const [, authority, rest] = ABSOLUTE_FORM.exec(target) ?? [];
  if (authority === undefined || rest === undefined) return undefined;
  return { authority, path: rest.startsWith('/') ? rest : `/${rest}` };
}

/** 431: there are too many field lines. */
export function tooManyFields({ maxHeadersCount }: Limits): HttpError {
  const message = `The request has more than ${maxHeadersCount} header fields.`;
  return new HttpError(431, message, { limit: 'maxHeadersCount', details: { limit: maxHeadersCount } });
}

/** 400: whoever reads the first of two fields sees another user than whoever reads the last (RFC 9110 section 5.3). */
export function repeatedAuthorization(): HttpError {
  return new BadRequestError('The request has more than one Authorization field.');
}

/** 505 (RFC 9110 section 15.6.6). */
export function unknownVersion(): HttpError {
  return new HttpError(505, 'This server supports HTTP/1.1 and HTTP/1.0.', { expose: true });
}

function refuseVersion({ httpVersion, httpVersionMajor, headers }: IncomingMessage): HttpError | undefined {
  // Node also reports 0.9 for a request line without a version.
  if (httpVersionMajor < 1) return new BadRequestError('The request line has no HTTP version.');
  if (httpVersion !== '1.0') return unknownVersion();
  // RFC 9112 section 6.1.
  const coded = headers['transfer-encoding'] !== undefined;
  return coded ? new BadRequestError('HTTP/1.0 does not support Transfer-Encoding.') : undefined;
}

/** RFC 9112 section 3.2, for targets that don't begin with a slash. */
function isTarget(target: string, method: string | undefined): boolean {
  if (target === '*') return method === 'OPTIONS';
  const absolute = parseAbsoluteForm(target);
  return absolute !== undefined && isHost(absolute.authority);
}

function refuseCoding(coding: string): HttpError | undefined {
  const codings = coding.toLowerCase();
  if (codings === 'chunked') return undefined;
  // RFC 9112 section 6.3: otherwise the end of the content is unknown.
  if (!/(?:^|,)\s*chunked$/.test(codings))
    return new BadRequestError('The last transfer coding must be chunked.');
  // RFC 9112 section 6.1.
  return new NotImplementedError(`Transfer-Encoding ${quote(coding)} is not supported.`, { expose: true });
}

const quote = (text: string): string => JSON.stringify(text);
