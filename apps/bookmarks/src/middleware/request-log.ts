import { createMiddleware } from 'blaizejs';

/** One line for each request, when its response is over, and its time for the browser's developer tools. */
export const requestLog = createMiddleware<{ begun: number }>({
  name: 'request-log',
  onRequest: (ctx) => {
    ctx.state.begun = performance.now();
    ctx.response.onFinish(({ status, duration, aborted, route }) => {
      ctx.log.info(
        { status, route: route?.pattern, ms: rounded(duration), ...(aborted && { aborted }) },
        `${ctx.request.method} ${ctx.request.path}`,
      );
    });
  },
  onSend: ({ response, state: { begun } }) => {
    if (begun !== undefined) {
      response.header('server-timing', `app;dur=${rounded(performance.now() - begun)}`);
    }
  },
});

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
