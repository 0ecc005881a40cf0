import { createGetRoute } from 'blaizejs';
import { z } from 'zod';

import { listTags } from '../../db/tags.ts';
import { requireUser } from '../../middleware/require-user.ts';

export const GET = createGetRoute('/api/tags', {
  schema: { response: z.array(z.object({ tag: z.string(), count: z.int() })) },
  middleware: [requireUser],
  handler: (ctx) => listTags(ctx.services.db, ctx.state.user.id),
});
