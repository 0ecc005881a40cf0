import { isConnectionField } from './header-fields.ts';
import { unsendable } from './unsendable.ts';

/** A `Response`: the global class, or that of undici, node-fetch, @whatwg-node/fetch and the like. */
export interface ResponseLike {
  readonly status: number;
  readonly statusText?: string;
  readonly headers: HeadersLike;
  readonly body?: unknown;
  readonly bodyUsed?: boolean;
  /** `default` if it was constructed, not fetched. Some classes lack it. */
  readonly type?: string;
  /** Empty if it was constructed. */
  readonly url?: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

interface HeadersLike extends Iterable<readonly [name: string, value: string]> {
  has(name: string): boolean;
  getSetCookie?(): string[];
  /** node-fetch has this instead of `getSetCookie()`. */
  raw?(): Readonly<Record<string, readonly string[] | undefined>>;
}

/** Whether a value is a `Response` of any class. */
export function isResponse(value: object): value is ResponseLike {
  if (value instanceof Response) return true;
  // The rarest name first: it rules out most objects.
  const { arrayBuffer, status, headers } = value as Partial<ResponseLike>;
  return (
    typeof arrayBuffer === 'function' &&
    typeof status === 'number' &&
    typeof headers === 'object' &&
    typeof (headers as Partial<HeadersLike> | null)?.[Symbol.iterator] === 'function'
  );
}

/** The header fields of a `Response` that are sent, without cookies. */
export function fieldsOf(response: ResponseLike): (readonly [name: string, value: string])[] {
  // A fetched response was decoded: these fields describe the encoded body.
  const fetched = (response.type ?? 'default') !== 'default' || (response.url ?? '') !== '';
  const decoded = fetched && response.headers.has('content-encoding');
  return [...response.headers].filter(([given]) => {
    const name = given.toLowerCase();
    if (name === 'set-cookie' || isConnectionField(name)) return false;
    return !(decoded && (name === 'content-encoding' || name === 'content-length'));
  });
}

/** The `Set-Cookie` lines of a `Response`. */
export function cookiesOf({ headers }: ResponseLike): readonly string[] {
  return headers.getSetCookie?.() ?? headers.raw?.()['set-cookie'] ?? [];
}

/** The body of a `Response`. @throws TypeError if it was already read */
export function bodyOf({ body, bodyUsed }: ResponseLike): unknown {
  if (bodyUsed) {
    throw unsendable(
      'The body of the Response was already read. Answer with what was read, or read a clone().',
    );
  }
  return body ?? undefined;
}

/** @throws TypeError for a text that HTTP/1.1 can't send (RFC 9112 section 4) */
export function toReasonPhrase(text: string): string {
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) {
    throw unsendable('The statusText of the Response has characters that HTTP/1.1 cannot send.');
  }
  return text;
}
