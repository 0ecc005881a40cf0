import type { RequestContext } from '@blaizejs/context/internal';
import { NotFoundError } from '@blaizejs/errors';
import { leftOut } from '@blaizejs/errors/internal';
import { isPromise } from '@blaizejs/middleware/internal';
import type { AppEnv, NotFoundHandler } from '@blaizejs/types';

import { recordAnswer } from './record-answer.ts';

declare const BLAIZE_WITHOUT_FOLDER_FILES: true | undefined;

/** Compiles the handler of a `_404` file to the end of a chain. If it answers nothing, the answer is the framework's 404. */
export const compileNotFound: typeof compile =
  typeof BLAIZE_WITHOUT_FOLDER_FILES === 'undefined' ? compile : leftOut('_404');

function compile(handler: NotFoundHandler<AppEnv>): (ctx: RequestContext) => void | Promise<void> {
  return (ctx) => {
    ctx.response.status(404);
    const { recorded } = ctx.response;
    const end = (value: unknown): void => {
      if (!recordAnswer(ctx, value, recorded, 404)) throw nothingAt(ctx);
    };
    const result = handler(ctx);
    return isPromise(result) ? Promise.resolve(result).then(end) : end(result);
  };
}

/** The framework's own 404. */
export function nothingAt({ request }: RequestContext): NotFoundError {
  return new NotFoundError(`There is nothing at ${request.path}.`);
}
