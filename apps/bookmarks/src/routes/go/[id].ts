import { createGetRoute } from 'blaizejs';

import { noBookmark } from '../../bookmark-errors.ts';
import { visitBookmark } from '../../db/bookmarks.ts';
import { requireUser } from '../../middleware/require-user.ts';
import { bookmarkId } from '../../schemas/bookmark.ts';

/** Counts a visit and leads there. */
export const GET = createGetRoute('/go/[id]', {
  schema: { params: bookmarkId, response: { 302: null } },
  docs: { summary: 'Leads to the page of a bookmark', tags: ['bookmarks'] },
  middleware: [requireUser],
  handler: async (ctx) => {
    const { id } = ctx.request.params;
    const url = await visitBookmark(ctx.services.db, ctx.state.user.id, id);
    if (url === undefined) throw noBookmark(id);
    // The site need not know where its visitor keeps bookmarks.
    return ctx.response.redirect(url).header('referrer-policy', 'no-referrer');
  },
});
