/** Characters of an origin that is looked at. A host has at most 253 (RFC 1035 section 2.3.4). */
const MAX_LENGTH = 512;

// As browsers serialize it (RFC 6454 section 6.2): `https://example.com`, `http://[::1]:8080`, `moz-extension://…`.
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * Whether a text is one origin, and not `null`, several, or something that only begins like one. What comes from a client is
 * compared with patterns only if it is.
 */
export function isOrigin(text: string): boolean {
  return text.length <= MAX_LENGTH && ORIGIN.test(text);
}

/**
 * Says what is wrong with an origin that an option lists.
 *
 * @returns a suggestion, or undefined if browsers may send it exactly like this
 */
export function problemOfOrigin(text: string): string | undefined {
  if (text.includes('*')) return String.raw`Write a pattern: /https:\/\/[\w-]+\.example\.com/`;
  if (URL.canParse(text)) {
    const { protocol, origin } = new URL(text);
    // The URL standard knows the origins of these only.
    if (protocol === 'http:' || protocol === 'https:') {
      if (origin !== text) return `Browsers send \`${origin}\`.`;
    }
  } else if (URL.canParse(`https://${text}`))
    return `Browsers send \`${new URL(`https://${text}`).origin}\`.`;
  return isOrigin(text) ? undefined : 'Write scheme, host and port only.';
}

/**
 * Whether an origin is that of the request itself. Behind a proxy that is not trusted, the server does not know that the client
 * speaks TLS, so `https` is accepted there.
 *
 * @param url of the request
 */
export function isSameOrigin(origin: string, url: URL): boolean {
  if (origin === url.origin) return true;
  if (url.protocol !== 'http:' || !origin.startsWith('https://') || !URL.canParse(origin)) return false;
  return new URL(origin).host === url.host;
}
