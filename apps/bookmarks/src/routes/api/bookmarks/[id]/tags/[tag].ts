import { createDeleteRoute, createPutRoute } from 'blaizejs';

import { noBookmark } from '../../../../../bookmark-errors.ts';
import { tagBookmark, untagBookmark } from '../../../../../db/bookmarks.ts';
import { requireUser } from '../../../../../middleware/require-user.ts';
import { bookmarkId, tag } from '../../../../../schemas/bookmark.ts';

const params = bookmarkId.extend({ tag });

/** Adds a tag; one that is there already stays. */
export const PUT = createPutRoute('/api/bookmarks/[id]/tags/[tag]', {
  schema: { params },
  middleware: [requireUser],
  handler: async (ctx) => {
    const { id, tag } = ctx.request.params;
    const { user } = ctx.state;
    if (!(await tagBookmark(ctx.services.db, user.id, id, tag))) throw noBookmark(id);
    ctx.waitUntil(ctx.services.live.stale(user.id));
  },
});

/** Takes a tag off; one that is not there is no error. */
export const DELETE = createDeleteRoute('/api/bookmarks/[id]/tags/[tag]', {
  schema: { params },
  middleware: [requireUser],
  handler: async (ctx) => {
    const { id, tag } = ctx.request.params;
    const { user } = ctx.state;
    if (!(await untagBookmark(ctx.services.db, user.id, id, tag))) throw noBookmark(id);
    ctx.waitUntil(ctx.services.live.stale(user.id));
  },
});
