/** The target of a request. */
export interface Target {
  readonly url: URL;
  /** Path and query as sent. Unlike a URL, it may contain `..`, as a client may send it. */
  readonly target: string;
}

/**
 * Parses the target of a request without normalising it. Only removes the fragment, and percent-encodes characters that a
 * request line can't contain.
 *
 * @param origin the origin of a path
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

/** Creates a `Request` whose `url` is not normalised. */
export function requestTo({ url, target }: Target, init: RequestInit): Request {
  const request = new Request(url, init);
  if (target === url.pathname + url.search) return request;
  return Object.defineProperty(request, 'url', { value: url.origin + target, enumerable: true });
}
