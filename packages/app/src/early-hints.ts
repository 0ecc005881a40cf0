import type { RequestContext } from '@blaizejs/context/internal';
import { leftOut } from '@blaizejs/errors/internal';
import type { AnyRoute } from '@blaizejs/types';

declare const BLAIZE_WITHOUT_HINTS: true | undefined;

/**
 * Makes a route send the `Link` header that its answer has so far as a 103 before its handler runs. Browsers only act on hints
 * when they load a page, so others get none.
 *
 * @param hints whether to do so, or further links of the answer
 */
export function withEarlyHints(route: AnyRoute, hints: boolean | readonly string[]): AnyRoute {
  return hints === false || (hints !== true && hints.length === 0) ? route : withHints(route, hints);
}

const withHints: typeof hinted = typeof BLAIZE_WITHOUT_HINTS === 'undefined' ? hinted : leftOut('earlyHints');

function hinted(route: AnyRoute, hints: true | readonly string[]): AnyRoute {
  const links = hints === true ? [] : hints;
  const handler = (ctx: RequestContext): unknown => {
    if (links.length > 0) ctx.response.append('link', links);
    if (isNavigation(ctx)) ctx.response.earlyHints();
    return route.handler(ctx as never);
  };
  return { schema: route.schema, handler };
}

function isNavigation({ request }: RequestContext): boolean {
  return request.method === 'GET' && request.header('sec-fetch-mode') === 'navigate';
}
