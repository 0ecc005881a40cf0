import { createDeleteRoute, createGetRoute, NotFoundError } from 'blaizejs';
import { z } from 'zod';

import { deleteNote, findNote, note } from '../../notes.ts';

const params = z.object({ id: z.coerce.number().int().positive() });

export const GET = createGetRoute('/notes/[id]', {
  schema: { params, response: note },
  handler: async (ctx) => {
    const { id } = ctx.request.params;
    const found = await findNote(ctx.services.db, id);
    if (!found) throw new NotFoundError(`There is no note ${id}.`);
    return found;
  },
});

export const DELETE = createDeleteRoute('/notes/[id]', {
  schema: { params },
  handler: async (ctx) => {
    const { id } = ctx.request.params;
    if (!(await deleteNote(ctx.services.db, id))) throw new NotFoundError(`There is no note ${id}.`);
  },
});
