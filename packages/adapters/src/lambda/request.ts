import { BadRequestError } from '@blaizejs/errors';

import type { LambdaHttpEvent } from './event.ts';

// What RFC 3986 allows in a path and in a query. A function URL encodes everything else, so this changes nothing then.
const NOT_IN_PATH = /[^\w\-.~!$&'()*+,;=:@/%]/gu;
const NOT_IN_QUERY = /[^\w\-.~!$&'()*+,;=:@/?%]/gu;
const NOT_ASCII = /[^\0-\x7f]/;
const FUNCTION_URL = /\.lambda-url\.[a-z\d-]+\.on\.aws(?:\.[a-z]+)?$/;
// A connection ended at the gateway, and the length is that of another encoding.
const NOT_PASSED_ON = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The request of an event. Its target is kept as it was sent: `//`, `/../` and `%2e%2e` reach the router as they do on a
 * server, and don't become another path than the one that the gateway has authorized.
 *
 * @param basePath removed from the beginning of the path: that of a stage
 * @throws BadRequestError for a header that HTTP does not allow
 */
export function toRequest(event: LambdaHttpEvent, basePath: string): Request {
  const { requestContext, isBase64Encoded, body: content } = event;
  const { method } = requestContext.http;
  const host = hostOf(event);
  const headers = headersOf(event, host);
  const bytes = content ? Buffer.from(content, isBase64Encoded === true ? 'base64' : 'utf8') : undefined;
  // A Web request can't have a body with these methods.
  const body = method === 'GET' || method === 'HEAD' || !bytes?.length ? null : new Uint8Array(bytes);
  if (body) headers.set('content-length', String(body.length));
  const url = `https://${host}${targetOf(event, host, basePath)}`;
  const request = make(url, method, { headers, body });
  return request.url === url ? request : Object.defineProperty(request, 'url', { value: url });
}

/** A Web request can't have every method: the app, not an exception, refuses TRACE, CONNECT and what is none. */
function make(url: string, method: string, init: RequestInit): Request {
  let request: Request;
  try {
    request = new Request(url, { ...init, method });
    // It turns `get` into `GET`, which HTTP does not.
    if (request.method === method) return request;
  } catch {
    request = new Request(url, { ...init, method: 'POST' });
  }
  return Object.defineProperty(request, 'method', { value: method });
}

function targetOf({ rawPath, rawQueryString }: LambdaHttpEvent, host: string, basePath: string): string {
  // An HTTP API has decoded the path. What still looks encoded was encoded twice, and has to become so again.
  const encoded = FUNCTION_URL.test(host) ? rawPath : rawPath.replaceAll('%', '%25');
  const path = encoded.replace(NOT_IN_PATH, percentEncoded);
  const inner = path === basePath || path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
  const query = rawQueryString ? `?${rawQueryString.replace(NOT_IN_QUERY, percentEncoded)}` : '';
  return (inner.startsWith('/') ? inner : `/${inner}`) + query;
}

function percentEncoded(character: string): string {
  return [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/** The name that AWS knows the function by. A client can't choose it, unlike `x-forwarded-host`. */
function hostOf({ requestContext: { domainName }, headers }: LambdaHttpEvent): string {
  return [domainName, headers?.['host']].find(isHost)?.toLowerCase() ?? 'localhost';
}

function isHost(name: unknown): name is string {
  return typeof name === 'string' && /^[\w.-]+(?::\d{1,5})?$/.test(name) && URL.canParse(`https://${name}/`);
}

function headersOf({ headers: fields, cookies }: LambdaHttpEvent, host: string): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields ?? {})) {
    if (typeof value !== 'string' || NOT_PASSED_ON.has(name.toLowerCase())) continue;
    append(headers, name, value);
  }
  headers.set('host', host);
  if (cookies?.length) {
    headers.delete('cookie');
    append(headers, 'cookie', cookies.join('; '));
  }
  return headers;
}

/** Names that differ only in case are one header, of which no value pushes out another. */
function append(headers: Headers, name: string, value: string): void {
  // What a server gets: the bytes of UTF-8, each as a character. CloudFront sends the names of cities, for example.
  const bytes = NOT_ASCII.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
  try {
    headers.append(name, bytes);
  } catch (cause) {
    throw new BadRequestError(
      `The header ${JSON.stringify(name)} has a name or value that HTTP does not allow.`,
      {
        cause,
      },
    );
  }
}
