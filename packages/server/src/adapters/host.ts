// RFC 3986 section 3.2.2: an address or a name, and a port. A comma would be allowed, but tells of two fields in one.
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+;=%-]+)(?::\d*)?$/i;

/** Whether a text is what a Host field may have: a host, with or without a port, and nothing more. */
export function isHost(text: string): boolean {
  return HOST.test(text) && URL.canParse(`http://${text}`);
}
