import { createContext } from '@blaizejs/context';

/** @import { RequestContext } from '@blaizejs/context/internal' */
/** @import { QueryParams } from 'blaizejs' */
/** @import { Part } from '../micro.mjs' */

const QUERIES = {
  'no query': '',
  '2 fields': '?verbose=1&page=2',
  '10 fields': `?${Array.from({ length: 10 }, (_, field) => `field${field}=value${field}`).join('&')}`,
  'escaped and repeated': '?name=J%C3%BCrgen%20M%C3%BCller&tag=a+b&tag=c%26d&tag=e',
};

/** @returns {Part[]} */
export function query() {
  return Object.entries(QUERIES).map(([name, search]) => {
    const { request } = /** @type {RequestContext} */ (
      createContext(new Request(`http://localhost/${search}`))
    );
    return {
      name,
      run: () => {
        // Discards the parsed query.
        request.query = /** @type {QueryParams} */ (/** @type {unknown} */ (undefined));
        return request.query;
      },
    };
  });
}
