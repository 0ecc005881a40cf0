import { createGetRoute, createPostRoute, reply } from 'blaizejs';
import { z } from 'zod';

import { addNote, listNotes, newNote, note } from '../../notes.ts';

export const GET = createGetRoute('/notes', {
  schema: {
    query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
    response: z.array(note),
  },
  handler: (ctx) => listNotes(ctx.services.db, ctx.request.query.limit),
});

export const POST = createPostRoute('/notes', {
  schema: { body: newNote, response: { 201: note } },
  handler: async (ctx) => {
    const added = await addNote(ctx.services.db, ctx.request.body.text);
    return reply(201, added, { location: `/notes/${added.id}` });
  },
});
