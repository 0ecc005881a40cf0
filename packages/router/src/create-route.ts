import type {
  MiddlewareInput,
  Route,
  RouteMethod,
  RouteOptions,
  RouteResult,
  RouteSchema,
} from '@blaizejs/types';

// Registered, so that routes made by another copy of this package are known too.
const ROUTE = Symbol.for('blaizejs.route');

type SchemaWithoutBody = Omit<RouteSchema, 'body'> & { readonly body?: undefined };

function maker<Method extends RouteMethod, Allowed extends RouteSchema = RouteSchema>(method: Method) {
  return <
    S extends Allowed,
    const M extends MiddlewareInput[],
    const Result extends RouteResult<S> | Promise<RouteResult<S>>,
  >(
    options: RouteOptions<S, M, Result>,
  ): Route<Method, S, M, Result> => Object.defineProperty({ ...options, method }, ROUTE, { value: true });
}

/**
 * Makes a route. The context of its handler is inferred from its schemas and middleware, and what it may return from
 * its response schema; nothing needs an annotation.
 *
 * ```ts
 * export const GET = createGetRoute({
 *   schema: { params: z.object({ id: z.coerce.number() }) },
 *   handler: (ctx) => ({ id: ctx.request.params.id }),
 * });
 * ```
 *
 * HEAD requests are answered by the GET route of their path unless it has one of its own.
 */
export const createGetRoute = maker<'GET', SchemaWithoutBody>('GET');
/** Makes a route for HEAD. As {@link createGetRoute}. */
export const createHeadRoute = maker<'HEAD', SchemaWithoutBody>('HEAD');
/** Makes a route for POST; `schema.body` is read and checked before the handler runs. As {@link createGetRoute}. */
export const createPostRoute = maker('POST');
/** Makes a route for PUT. As {@link createPostRoute}. */
export const createPutRoute = maker('PUT');
/** Makes a route for PATCH. As {@link createPostRoute}. */
export const createPatchRoute = maker('PATCH');
/** Makes a route for DELETE. As {@link createPostRoute}. */
export const createDeleteRoute = maker('DELETE');
/** Makes a route for OPTIONS, in place of the automatic answer. As {@link createPostRoute}. */
export const createOptionsRoute = maker('OPTIONS');

/** Whether a value was made by one of the functions above, of whichever copy of this package. */
export function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && ROUTE in value;
}
