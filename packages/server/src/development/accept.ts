import Negotiator from 'negotiator';

/**
 * Whether a browser asks (RFC 9110 section 12.5.1): the request accepts HTML by name, and doesn't prefer any kind of JSON.
 * Between types of equal weight, the first one counts.
 */
export function prefersHtml(accept = ''): boolean {
  const types = new Negotiator({ headers: { accept } }).mediaTypes().map((type) => type.toLowerCase());
  return types.find((type) => /^(?:text\/html|application\/(?:[^/]+\+)?json)$/.test(type)) === 'text/html';
}
