import { count, eq } from 'drizzle-orm';

import type { Database } from './database.ts';
import { bookmarks, bookmarkTags } from './schema.ts';

export interface TagCount {
  tag: string;
  count: number;
}

export async function listTags(db: Database, userId: number): Promise<TagCount[]> {
  return db
    .select({ tag: bookmarkTags.tag, count: count() })
    .from(bookmarkTags)
    .innerJoin(bookmarks, eq(bookmarks.id, bookmarkTags.bookmarkId))
    .where(eq(bookmarks.userId, userId))
    .groupBy(bookmarkTags.tag)
    .orderBy(bookmarkTags.tag);
}
