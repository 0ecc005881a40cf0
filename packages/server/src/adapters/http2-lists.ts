import type { IncomingHttpHeaders } from 'node:http2';

/**
 * Joins lists that a client sent in several lines (RFC 9110 section 5.3), where Node (20 to 26) keeps the first line
 * over HTTP/2 and drops the others without a word. All other lists it joins by itself.
 *
 * @param rawHeaders names and values in turn, as they came
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
        // One line is what Node kept; the same line again says nothing new.
        if (headers[name] !== value) headers[name] = `${headers[name]}, ${value}`;
      }
    }
  }
}
