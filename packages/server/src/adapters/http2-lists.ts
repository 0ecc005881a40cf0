import type { IncomingHttpHeaders } from 'node:http2';

/**
 * Joins lists that a client sent in several lines (RFC 9110 section 5.3). Over HTTP/2, Node (20 to 26) silently drops all
 * but the first line of these fields; it joins all other lists itself.
 *
 * @param rawHeaders alternating names and values, as received
 */
export function joinLists(headers: IncomingHttpHeaders, rawHeaders: readonly string[]): void {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    switch (name) {
      case 'content-encoding':
      case 'content-language':
      case 'if-match':
      case 'if-none-match': {
        const value = rawHeaders[i + 1] as string;
        // Node kept the first line. A line that repeats it adds nothing.
        if (headers[name] !== value) headers[name] = `${headers[name]}, ${value}`;
      }
    }
  }
}
