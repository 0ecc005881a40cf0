import { parseCookie } from 'cookie';

/**
 * Reads a `Cookie` header. Values are percent-decoded where that is possible. Quotes around a value are its syntax and
 * not a part of it (RFC 6265 section 4.1.1), so that `a="b"`, as other servers set it, is `b`. A value that was set with
 * `response.cookie()` keeps its own: there they are percent-encoded.
 */
export function readCookies(header: string): Record<string, string> {
  return parseCookie(header, { decode: readValue }) as Record<string, string>;
}

function readValue(raw: string): string {
  const value = raw.length > 1 && raw.startsWith('"') && raw.endsWith('"') ? raw.slice(1, -1) : raw;
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
