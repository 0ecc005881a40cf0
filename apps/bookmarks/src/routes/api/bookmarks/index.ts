import { createGetRoute, createPostRoute, reply } from 'blaizejs';

import { conflictOn } from '../../../bookmark-errors.ts';
import { createBookmark, listBookmarks } from '../../../db/bookmarks.ts';
import { requireUser } from '../../../middleware/require-user.ts';
import { bookmark, bookmarkFilter, bookmarkPage, newBookmark } from '../../../schemas/bookmark.ts';

export const GET = createGetRoute('/api/bookmarks', {
  schema: { query: bookmarkFilter, response: bookmarkPage },
  docs: { summary: 'Finds bookmarks', tags: ['bookmarks'] },
  middleware: [requireUser],
  handler: async (ctx) => {
    const { page, limit } = ctx.request.query;
    const found = await listBookmarks(ctx.services.db, ctx.state.user.id, ctx.request.query);
    return { ...found, page, limit };
  },
});

export const POST = createPostRoute('/api/bookmarks', {
  schema: { body: newBookmark, response: { 201: bookmark } },
  docs: {
    summary: 'Saves a bookmark',
    tags: ['bookmarks'],
    examples: { body: { plain: { url: 'https://nodejs.org/', tags: ['node'] } } },
  },
  middleware: [requireUser],
  handler: async (ctx) => {
    const { url, title = new URL(url).hostname, note, tags } = ctx.request.body;
    const { user } = ctx.state;
    const created = await createBookmark(ctx.services.db, user.id, { url, title, note, tags }).catch(
      conflictOn(ctx.services.db, user.id, url),
    );
    ctx.waitUntil(ctx.services.live.saved(user.id, created));
    return reply(201, created, { location: `/api/bookmarks/${created.id}` });
  },
});
