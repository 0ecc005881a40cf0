import { leftOut } from '@blaizejs/errors/internal';
import type { QueryParams } from '@blaizejs/types';
import fastQueryString from 'fast-querystring';

declare const BLAIZE_WITHOUT_QUERY: true | undefined;

/**
 * Parses a query or a form: decodes percent-encoding and `+`, and turns a repeated name into a list. The result inherits
 * nothing, so that `__proto__` and `constructor` are ordinary names.
 */
export const parseQuery: (query: string) => QueryParams =
  typeof BLAIZE_WITHOUT_QUERY === 'undefined'
    ? (query) => fastQueryString.parse(query) as QueryParams
    : leftOut('query');
