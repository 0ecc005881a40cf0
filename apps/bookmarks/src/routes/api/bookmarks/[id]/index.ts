import { createDeleteRoute, createGetRoute, createPatchRoute } from 'blaizejs';

import { conflictOn, noBookmark } from '../../../../bookmark-errors.ts';
import { deleteBookmark, findBookmark, updateBookmark } from '../../../../db/bookmarks.ts';
import { requireUser } from '../../../../middleware/require-user.ts';
import { bookmark, bookmarkChanges, bookmarkId } from '../../../../schemas/bookmark.ts';

export const GET = createGetRoute('/api/bookmarks/[id]', {
  schema: { params: bookmarkId, response: bookmark },
  docs: { summary: 'A bookmark', tags: ['bookmarks'] },
  middleware: [requireUser],
  handler: async (ctx) => {
    const { id } = ctx.request.params;
    const found = await findBookmark(ctx.services.db, ctx.state.user.id, id);
    if (!found) throw noBookmark(id);
    return found;
  },
});

export const PATCH = createPatchRoute('/api/bookmarks/[id]', {
  schema: { params: bookmarkId, body: bookmarkChanges, response: bookmark },
  docs: { summary: 'Changes a bookmark', tags: ['bookmarks'] },
  middleware: [requireUser],
  handler: async (ctx) => {
    const { db, live } = ctx.services;
    const { user } = ctx.state;
    const { id } = ctx.request.params;
    const changes = ctx.request.body;
    const updated = await updateBookmark(db, user.id, id, changes).catch(
      conflictOn(db, user.id, changes.url),
    );
    if (!updated) throw noBookmark(id);
    ctx.waitUntil(live.saved(user.id, updated));
    return updated;
  },
});

export const DELETE = createDeleteRoute('/api/bookmarks/[id]', {
  schema: { params: bookmarkId },
  docs: { summary: 'Removes a bookmark', tags: ['bookmarks'] },
  middleware: [requireUser],
  handler: async (ctx) => {
    const { db, live } = ctx.services;
    const { user } = ctx.state;
    const { id } = ctx.request.params;
    if (!(await deleteBookmark(db, user.id, id))) throw noBookmark(id);
    ctx.waitUntil(live.removed(user.id, id));
  },
});
