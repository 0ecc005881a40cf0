// RFC 3986 section 3.2 without user information. Anything else that a client sends would become part of the path.
const AUTHORITY = /^[\w.~!$&'()*+,;=:[\]%-]+$/;

/** Whether a text is the host and port of a URL, and nothing else. */
export function isAuthority(text: string): boolean {
  return AUTHORITY.test(text) && URL.canParse(`http://${text}`);
}
