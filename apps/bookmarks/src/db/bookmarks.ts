import { and, count, desc, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';

import type { Database } from './database.ts';
import { bookmarks, bookmarkTags } from './schema.ts';

export interface BookmarkInput {
  url: string;
  title: string;
  note: string;
  tags: string[];
}

export type Bookmark = Omit<typeof bookmarks.$inferSelect, 'userId'> & { tags: string[] };

export type BookmarkChanges = { [K in keyof BookmarkInput]?: BookmarkInput[K] | undefined };

export interface BookmarkFilter {
  q?: string | undefined;
  tag?: string | undefined;
  page: number;
  limit: number;
}

export async function listBookmarks(
  db: Database,
  userId: number,
  { q, tag, page, limit }: BookmarkFilter,
): Promise<{ items: Bookmark[]; total: number }> {
  const where = and(
    eq(bookmarks.userId, userId),
    q === undefined ? undefined : containing(q),
    tag === undefined ? undefined : taggedWith(tag),
  );
  const [items, [counted]] = await db.batch([
    select(db, where)
      .orderBy(desc(bookmarks.id))
      .limit(limit)
      .offset((page - 1) * limit),
    db.select({ total: count() }).from(bookmarks).where(where),
  ]);
  return { items, total: counted?.total ?? 0 };
}

export async function findBookmark(db: Database, userId: number, id: number): Promise<Bookmark | undefined> {
  const [bookmark] = await select(db, withId(userId, id));
  return bookmark;
}

export async function findBookmarkByUrl(
  db: Database,
  userId: number,
  url: string,
): Promise<Bookmark | undefined> {
  const [bookmark] = await select(db, withUrl(userId, url));
  return bookmark;
}

/** @throws where the user has a bookmark with this URL: see `isDuplicate` */
export async function createBookmark(
  db: Database,
  userId: number,
  { tags, ...values }: BookmarkInput,
): Promise<Bookmark> {
  const where = withUrl(userId, values.url);
  // A batch is one transaction without an await inside. db.transaction() would hold the write lock across several,
  // and every other request that writes meanwhile would fail.
  const [, , [created]] = await db.batch([
    db.insert(bookmarks).values({ userId, ...values }),
    insertTags(db, tags, where),
    select(db, where),
  ]);
  if (!created) throw new Error(`The bookmark ${values.url} is not there after it was created.`);
  return created;
}

/**
 * @returns undefined where there is none
 * @throws as {@link createBookmark} does
 */
export async function updateBookmark(
  db: Database,
  userId: number,
  id: number,
  { tags, ...values }: BookmarkChanges,
): Promise<Bookmark | undefined> {
  const where = withId(userId, id);
  const [, , , [updated]] = await db.batch([
    db
      .update(bookmarks)
      .set({ ...values, updatedAt: now })
      .where(where),
    db.delete(bookmarkTags).where(tags ? ofBookmark(db, where) : sql`false`),
    insertTags(db, tags ?? [], where),
    select(db, where),
  ]);
  return updated;
}

/** @returns whether there was one */
export async function deleteBookmark(db: Database, userId: number, id: number): Promise<boolean> {
  const { rowsAffected } = await db.delete(bookmarks).where(withId(userId, id));
  return rowsAffected > 0;
}

/** @returns whether there is such a bookmark */
export async function tagBookmark(db: Database, userId: number, id: number, tag: string): Promise<boolean> {
  const where = withId(userId, id);
  const [, found] = await db.batch([insertTags(db, [tag], where), select(db, where)]);
  return found.length > 0;
}

/** @returns whether there is such a bookmark */
export async function untagBookmark(db: Database, userId: number, id: number, tag: string): Promise<boolean> {
  const where = withId(userId, id);
  const [, found] = await db.batch([
    db.delete(bookmarkTags).where(and(ofBookmark(db, where), eq(bookmarkTags.tag, tag))),
    select(db, where),
  ]);
  return found.length > 0;
}

/** Counts a visit. @returns where it leads to, undefined where there is no such bookmark */
export async function visitBookmark(db: Database, userId: number, id: number): Promise<string | undefined> {
  const [visited] = await db
    .update(bookmarks)
    .set({ visits: sql`${bookmarks.visits} + 1` })
    .where(withId(userId, id))
    .returning({ url: bookmarks.url });
  return visited?.url;
}

const { userId: _, ...columns } = getTableColumns(bookmarks);
const now = sql`strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`;
const tagNames = sql`(
  select json_group_array(tag) from (select tag from bookmark_tags where bookmark_id = bookmarks.id order by tag)
)`.mapWith((json: string) => JSON.parse(json) as string[]);

function select(db: Database, where: SQL | undefined) {
  return db
    .select({ ...columns, tags: tagNames })
    .from(bookmarks)
    .where(where);
}

function insertTags(db: Database, tags: readonly string[], where: SQL | undefined) {
  const rows = sql`select bookmarks.id, value from bookmarks, json_each(${JSON.stringify(tags)}) where ${where}`;
  return db.insert(bookmarkTags).select(rows).onConflictDoNothing();
}

function ofBookmark(db: Database, where: SQL | undefined): SQL {
  return inArray(bookmarkTags.bookmarkId, db.select({ id: bookmarks.id }).from(bookmarks).where(where));
}

// Everything that finds one bookmark asks for its owner too, so that nobody reaches what is not theirs.
function withId(userId: number, id: number): SQL | undefined {
  return and(eq(bookmarks.id, id), eq(bookmarks.userId, userId));
}

function withUrl(userId: number, url: string): SQL | undefined {
  return and(eq(bookmarks.url, url), eq(bookmarks.userId, userId));
}

function taggedWith(tag: string): SQL {
  return sql`exists (select 1 from bookmark_tags where bookmark_id = bookmarks.id and tag = ${tag})`;
}

function containing(text: string): SQL {
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql`(title || ' ' || url || ' ' || note) like ${pattern} escape '\\'`;
}
