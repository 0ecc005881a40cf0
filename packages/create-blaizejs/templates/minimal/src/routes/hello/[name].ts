import { createGetRoute } from 'blaizejs';
import { z } from 'zod';

export const GET = createGetRoute('/hello/[name]', {
  schema: { params: z.object({ name: z.string().max(100) }) },
  handler: (ctx) => ({ hello: ctx.request.params.name }),
});
