import { createGetRoute } from '@blaizejs/router';
import { z } from 'zod';

export const GET = createGetRoute('/users/[id]', {
  schema: { params: z.object({ id: z.coerce.number() }) },
  handler: ({ request }) => ({ id: request.params.id }),
});
