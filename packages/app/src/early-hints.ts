import type { RequestContext } from '@blaizejs/context/internal';
import type { AnyRoute } from '@blaizejs/types';

/**
 * Makes a route send the `Link` header that its answer has so far as a 103 before its handler runs. Browsers only act on hints
 * when they load a page, so others get none.
 *
 * @param hints whether to do so, or further links of the answer
 */
export function withEarlyHints(route: AnyRoute, hints: boolean | readonly string[]): AnyRoute {
  const links = typeof hints === 'boolean' ? [] : hints;
  if (!hints || (typeof hints !== 'boolean' && links.length === 0)) return route;
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
