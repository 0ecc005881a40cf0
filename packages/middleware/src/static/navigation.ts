import type { ContextRequest } from '@blaizejs/types';

/** The headers that {@link isNavigation} looks at, for `Vary`. */
export const NAVIGATION_HEADERS = 'accept, sec-fetch-mode';

/**
 * Whether a browser is opening a page, and is not loading a part of one or calling an API. The answer would be HTML, so it also has to
 * accept that.
 */
export function isNavigation(request: Pick<ContextRequest, 'header'>): boolean {
  const mode = request.header('sec-fetch-mode');
  if (mode !== undefined && mode !== 'navigate') return false;
  // Named: scripts and API clients accept `*/*`.
  return (request.header('accept') ?? '')
    .split(',')
    .some((range) => /^\s*text\/html\s*(?:;|$)/i.test(range) && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/i.test(range));
}
