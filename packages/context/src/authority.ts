// RFC 3986 section 3.2 without user information: what else a client puts there would become part of the path.
const AUTHORITY = /^[\w.~!$&'()*+,;=:[\]%-]+$/;

/** Whether a text is host and port of a URL, and nothing more than that. */
export function isAuthority(text: string): boolean {
  return AUTHORITY.test(text) && URL.canParse(`http://${text}`);
}
