import fastQueryString from 'fast-querystring';

import type { QueryParams } from '@blaizejs/types';

/**
 * Parses a query or a form: percent-decoded, `+` as space, a name that comes more than once as a list. The result
 * inherits nothing, so that `__proto__` and `constructor` are names like any other.
 */
export function parseQuery(query: string): QueryParams {
  return fastQueryString.parse(query) as QueryParams;
}
