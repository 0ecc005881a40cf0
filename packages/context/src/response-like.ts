import { isConnectionField } from './header-fields.ts';
import { unsendable } from './unsendable.ts';

/** A `Response`: the global one, or that of npm's undici, node-fetch, @whatwg-node/fetch and the like. */
export interface ResponseLike {
  readonly status: number;
  readonly statusText?: string;
  readonly headers: HeadersLike;
  readonly body?: unknown;
  readonly bodyUsed?: boolean;
  /** `default` if it was made by hand. Some have none. */
  readonly type?: string;
  /** Empty if it was made by hand. */
  readonly url?: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

interface HeadersLike extends Iterable<readonly [name: string, value: string]> {
  has(name: string): boolean;
  getSetCookie?(): string[];
  /** What node-fetch has instead of `getSetCookie()`. */
  raw?(): Readonly<Record<string, readonly string[] | undefined>>;
}

/** Whether a value is a `Response`, whoever made its class. */
export function isResponse(value: object): value is ResponseLike {
  if (value instanceof Response) return true;
  // The rarest name first: most objects have no more to ask.
  const { arrayBuffer, status, headers } = value as Partial<ResponseLike>;
  return (
    typeof arrayBuffer === 'function' &&
    typeof status === 'number' &&
    typeof headers === 'object' &&
    typeof (headers as Partial<HeadersLike> | null)?.[Symbol.iterator] === 'function'
  );
}

/** The header fields of a `Response` as they are to be sent, without cookies. */
export function fieldsOf(response: ResponseLike): (readonly [name: string, value: string])[] {
  // One that was fetched has been decoded: these describe it as it came, not as it is.
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

/** The content of a `Response`. @throws TypeError if it was read */
export function bodyOf({ body, bodyUsed }: ResponseLike): unknown {
  if (bodyUsed) {
    throw unsendable(
      'The body of the Response that was answered has been read. Answer with what was read, or read a clone().',
    );
  }
  return body ?? undefined;
}
