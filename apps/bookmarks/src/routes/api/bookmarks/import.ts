import { multipart } from '@blaizejs/multipart';
import { createPostRoute } from 'blaizejs';
import { z } from 'zod';

import { readBookmarkFile } from '../../../bookmark-file.ts';
import { importBookmarks } from '../../../import-bookmarks.ts';
import { requireUser } from '../../../middleware/require-user.ts';
import { importReport } from '../../../schemas/bookmark.ts';

const FILE_BYTES = 1_000_000;

/** Adds the bookmarks of a file: JSON, or the HTML that browsers export. */
export const POST = createPostRoute('/api/bookmarks/import', {
  schema: { body: z.strictObject({ file: z.file().min(1).max(FILE_BYTES) }), response: importReport },
  docs: { summary: 'Adds the bookmarks of a file', tags: ['bookmarks'] },
  middleware: [requireUser],
  bodyLimit: FILE_BYTES + 64 * 1024,
  // Such a file stays in memory.
  bodyReaders: { 'multipart/form-data': multipart({ fileSize: FILE_BYTES, memoryLimit: FILE_BYTES }) },
  handler: async (ctx) => {
    const entries = readBookmarkFile(await ctx.request.body.file.text());
    const { user } = ctx.state;
    const report = await importBookmarks(ctx.services.db, user.id, entries);
    ctx.waitUntil(ctx.services.live.stale(user.id));
    return report;
  },
});
