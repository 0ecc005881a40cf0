import type { MiddlewareContext } from '@blaizejs/middleware';

export default [
  (ctx: MiddlewareContext, next: () => void | Promise<void>) => {
    ctx.response.append('x-way', 'shop');
    return next();
  },
];
