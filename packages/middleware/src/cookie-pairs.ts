/**
 * The pairs of a `Cookie` header in the order in which they were sent, with values as they are. `ctx.request.cookies` has one value
 * for each name; of several, which may be of other paths or domains, whoever seals its cookies can tell which is its own.
 */
export function* cookiePairs(header: string | undefined): Generator<readonly [name: string, value: string]> {
  if (header === undefined) return;
  for (const part of header.split(';')) {
    const pair = part.trim();
    const at = pair.indexOf('=');
    yield at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
  }
}
