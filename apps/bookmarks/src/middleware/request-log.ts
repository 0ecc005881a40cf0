import { createMiddleware, HttpError } from 'blaizejs';

/** One line for each request, and its time for the browser's developer tools. */
export const requestLog = createMiddleware({
  name: 'request-log',
  handler: async (ctx, next) => {
    const begun = performance.now();
    const log = (status: number): void => {
      const ms = Math.round((performance.now() - begun) * 10) / 10;
      ctx.response.header('server-timing', `app;dur=${ms}`);
      ctx.log.info({ status, ms }, `${ctx.request.method} ${ctx.request.path}`);
    };
    try {
      await next();
    } catch (error) {
      log(error instanceof HttpError ? error.status : 500);
      throw error;
    }
    log(ctx.response.statusCode);
  },
});
