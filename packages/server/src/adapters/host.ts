// RFC 3986 section 3.2.2: an address or a name, and a port.
const HOST = /^(?:\[[\da-f:.]+\]|(?:[\w.~!$&'()*+;=-]|%[\da-f]{2})+)(?::(\d*))?$/i;

/** Whether a text is what a Host field may have: a host, with or without a port, and nothing more. */
export function isHost(text: string): boolean {
  const match = HOST.exec(text);
  if (!match || Number(match[1] ?? 0) > 65_535) return false;
  return !text.startsWith('[') || URL.canParse(`http://${text}`);
}
