import { isToken68 } from './authorization.ts';

/** A user name and a password, as `Authorization: Basic` has them. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
// RFC 7617 section 2: neither part has control characters.
// eslint-disable-next-line no-control-regex -- these are the control characters
const CONTROL = /[\0-\x1f\x7f]/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads credentials (RFC 7617 section 2), which are UTF-8; undefined if they are malformed. */
export function readBasic(credentials: string): BasicCredentials | undefined {
  if (!isToken68(credentials) || !BASE64.test(credentials)) return undefined;
  const bytes = Buffer.from(credentials, 'base64');
  // Buffer ignores what it does not know; a sender that differs from others does not get in by that.
  if (bytes.toString('base64').replace(/=+$/, '') !== credentials.replace(/=+$/, '')) return undefined;
  const text = decode(bytes);
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon === -1 || CONTROL.test(text)) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
