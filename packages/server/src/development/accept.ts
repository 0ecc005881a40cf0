import Negotiator from 'negotiator';

/**
 * Whether a browser asks (RFC 9110 section 12.5.1): the request names HTML, and prefers no kind of JSON. Of what it
 * likes as much, the first counts.
 */
export function prefersHtml(accept = ''): boolean {
  const types = new Negotiator({ headers: { accept } }).mediaTypes().map((type) => type.toLowerCase());
  return types.find((type) => /^(?:text\/html|application\/(?:[^/]+\+)?json)$/.test(type)) === 'text/html';
}
