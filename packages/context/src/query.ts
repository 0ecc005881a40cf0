import fastQueryString from 'fast-querystring';

import type { QueryParams } from '@blaizejs/types';

/**
 * Parses a query or a form: decodes percent-encoding and `+`, and turns a repeated name into a list. The result inherits
 * nothing, so that `__proto__` and `constructor` are ordinary names.
 */
export function parseQuery(query: string): QueryParams {
  return fastQueryString.parse(query) as QueryParams;
}
