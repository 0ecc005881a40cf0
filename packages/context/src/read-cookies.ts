import { leftOut } from '@blaizejs/errors/internal';
import { parseCookie } from 'cookie';

declare const BLAIZE_WITHOUT_COOKIES: true | undefined;

/**
 * Parses a `Cookie` header. Values are percent-decoded if possible. Quotes around a value are not part of it (RFC 6265
 * section 4.1.1): `a="b"`, which other servers set, is `b`. Values from `response.cookie()` keep their quotes, which are
 * percent-encoded.
 */
export const readCookies: (header: string) => Record<string, string> =
  typeof BLAIZE_WITHOUT_COOKIES === 'undefined'
    ? (header) => parseCookie(header, { decode: readValue }) as Record<string, string>
    : leftOut('cookies');

function readValue(raw: string): string {
  const value = raw.length > 1 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw;
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
