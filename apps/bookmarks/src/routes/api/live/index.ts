import { createSSERoute } from '@blaizejs/realtime';
import { z } from 'zod';

import { listBookmarks } from '../../../db/bookmarks.ts';
import { changeEvents } from '../../../live.ts';
import { requireUser } from '../../../middleware/require-user.ts';
import { bookmark } from '../../../schemas/bookmark.ts';

const { saved, removed } = changeEvents;

/** The newest bookmarks, and then what happens to them. Who comes back with the id of an event gets what came after it. */
export const GET = createSSERoute('/api/live', {
  events: { list: z.array(bookmark), saved, removed },
  docs: { summary: 'What happens to your bookmarks', tags: ['bookmarks'] },
  middleware: [requireUser],
  retry: [250, 1000],
  async *handler(ctx, { lastEventId, signal }) {
    const { db, live } = ctx.services;
    const { id: userId } = ctx.state.user;
    const newest = async () => (await listBookmarks(db, userId, { page: 1, limit: 100 })).items;
    const changes = live.changesOf(userId).subscribe({ after: lastEventId, signal });
    // It listens before the list is read. So a change may come twice, in the list and as an event, but is never lost.
    await changes.ready;
    if (lastEventId === undefined) yield { event: 'list', data: await newest() };
    for await (const change of changes) {
      if (change.event === 'saved' || change.event === 'removed') yield change;
      else yield { event: 'list', id: change.id, data: await newest() };
    }
  },
});
