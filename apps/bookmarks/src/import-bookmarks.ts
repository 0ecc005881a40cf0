import type { z } from 'zod';

import { createBookmark } from './db/bookmarks.ts';
import { type Database, isDuplicate } from './db/database.ts';
import { importedBookmark, type importReport } from './schemas/bookmark.ts';

/**
 * Adds bookmarks that a file has.
 *
 * @param entries as the file says it; what is no bookmark, and what the user has already, is skipped
 */
export async function importBookmarks(
  db: Database,
  userId: number,
  entries: readonly unknown[],
): Promise<z.output<typeof importReport>> {
  const report: z.output<typeof importReport> = { added: 0, skipped: [] };
  for (const [index, entry] of entries.entries()) {
    const { data, error } = importedBookmark.safeParse(entry);
    const skip = (reason: string): void => void report.skipped.push({ position: index + 1, reason });
    if (error) {
      skip(error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; '));
      continue;
    }
    try {
      const { url, title = new URL(url).hostname, note, tags } = data;
      await createBookmark(db, userId, { url, title, note, tags });
      report.added++;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      skip(`There is a bookmark for ${data.url} already.`);
    }
  }
  return report;
}
