import { createGetRoute } from 'blaizejs';

export const GET = createGetRoute({
  handler: (ctx) => ({ hello: ctx.request.params.name }),
});
