import { createMiddleware } from 'blaizejs';

/** One line for each request, when its response is over, and its time for the browser's developer tools. */
export const requestLog = createMiddleware({
  name: 'request-log',
  handler: async (ctx, next) => {
    const begun = performance.now();
    const elapsed = (): number => Math.round((performance.now() - begun) * 10) / 10;
    ctx.response.onFinish(({ aborted }) => {
      const { statusCode: status } = ctx.response;
      ctx.log.info(
        { status, ms: elapsed(), ...(aborted && { aborted }) },
        `${ctx.request.method} ${ctx.request.path}`,
      );
    });
    await next();
    ctx.response.header('server-timing', `app;dur=${elapsed()}`);
  },
});
