import type { RequestContext } from '@blaizejs/context/internal';
import { isPromise } from '@blaizejs/middleware/internal';
import type { AnyRoute } from '@blaizejs/types';

import type { Readers } from './body-types.ts';
import { deadlineOver, isOver } from './caller-deadline.ts';
import { compileSchemas } from './compile-schemas.ts';

/** The end of a middleware chain. */
export type CompiledHandler = (ctx: RequestContext) => void | Promise<void>;

/**
 * Compiles a route's schemas and handler to one function, which reads and checks the request, runs the handler, records
 * its answer and checks that. Parts that a route lacks cost nothing, and the function is synchronous if it can be.
 *
 * @param name for the error about an answer that does not match its schema: `GET /users/:id`
 * @param onMisfit what to do with such an answer
 * @param readers for bodies of other types than JSON, forms and text
 */
export function compileHandler(
  name: string,
  route: AnyRoute,
  onMisfit: 'error' | 'log' | false = 'error',
  readers?: Readers,
): CompiledHandler {
  const handle: CompiledHandler = (ctx) => {
    // Nobody waits for its answer any more.
    if (ctx.request.abandoned) throw ctx.request.abandoned;
    if (ctx.isLimitedByCaller && isOver(ctx)) throw deadlineOver(ctx);
    // The schemas have turned the parts into what the handler's type expects.
    const result = route.handler(ctx as never);
    return isPromise(result) ? answerLater(ctx, result) : ctx.response.answer(result);
  };
  return route.schema ? compileSchemas(route.schema, handle, name, onMisfit, readers) : handle;
}

async function answerLater(ctx: RequestContext, result: PromiseLike<unknown>): Promise<void> {
  ctx.response.answer(await result);
}
