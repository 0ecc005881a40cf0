import { createMiddleware } from '@blaizejs/middleware';
import { composeChain } from '@blaizejs/middleware/internal';

/** @import { Next } from 'blaizejs' */
/** @import { Part } from '../micro.mjs' */
/** @import { Chain } from '@blaizejs/middleware/internal' */

/** @typedef {{ answered: number }} Context */

/** One for all, so that what is written to it can't be optimised away. @type {Context} */
const context = { answered: 0 };

const sync = (/** @type {unknown} */ _ctx, /** @type {Next} */ next) => next();
const async = async (/** @type {unknown} */ _ctx, /** @type {Next} */ next) => {
  await next();
};
const answer = (/** @type {Context} */ ctx) => {
  ctx.answered += 1;
};
const answerLater = async (/** @type {Context} */ ctx) => {
  ctx.answered += 1;
};

/** The minimum cost of five async middlewares: functions that each await the next one. @param {Context} ctx */
async function bare(ctx, depth = 5) {
  if (depth === 0) answer(ctx);
  else await bare(ctx, depth - 1);
}

/** @returns {Part[]} */
export function chain() {
  const of = (/** @type {number} */ count, /** @type {typeof sync | typeof async} */ middleware) =>
    Array.from({ length: count }, () => middleware);
  const run = (/** @type {(typeof sync | typeof async)[]} */ middleware, handler = answer) => {
    // The parts of a context that they don't use are missing.
    const end = /** @type {Chain} */ (/** @type {unknown} */ (handler));
    const list = middleware.map((one) => createMiddleware(one));
    const composed = composeChain(list, end, { watch: false });
    return () => composed(/** @type {Parameters<Chain>[0]} */ (/** @type {unknown} */ (context)));
  };
  return [
    { name: 'no middleware', run: run([]) },
    { name: '1 middleware', run: run(of(1, sync)) },
    { name: '5 middlewares', run: run(of(5, sync)) },
    { name: '1 async middleware', run: run(of(1, async)) },
    { name: '5 async middlewares', run: run(of(5, async)) },
    { name: '5 async middlewares and handler', run: run(of(5, async), answerLater) },
    { name: '5 async functions, each awaiting the next', run: () => bare(context) },
  ];
}
