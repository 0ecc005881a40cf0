/** Where a request goes. */
export interface Target {
  readonly url: URL;
  /** Path and query as they are sent: a URL has none of `//`, `..` and the like, which a client may well send. */
  readonly target: string;
}

/**
 * Reads where a request goes, and normalises nothing: what is sent is what was written. Only what no request line can
 * have is percent-encoded, and a fragment is left out.
 *
 * @param origin what a path belongs to
 */
export function readTarget(path: string | URL, origin: string | URL): Target {
  if (path instanceof URL) return { url: path, target: path.pathname + path.search };
  const [, scheme = '', rest = path] = /^([a-z][a-z\d+.-]*:\/\/[^/?#]*)(.*)$/is.exec(path) ?? [];
  const sent = rest
    .replace(/#.*/s, '')
    .replace(/[^\x21-\x7e]+/g, (text) => encodeURIComponent(text.toWellFormed()));
  const target = sent.startsWith('/') ? sent : `/${sent}`;
  return { url: new URL((scheme || new URL(origin).origin) + target), target };
}

/** A `Request` that says where it goes as it was written. */
export function requestTo({ url, target }: Target, init: RequestInit): Request {
  const request = new Request(url, init);
  if (target === url.pathname + url.search) return request;
  return Object.defineProperty(request, 'url', { value: url.origin + target, enumerable: true });
}
