import { ConflictError, NotFoundError } from 'blaizejs';

import { findBookmarkByUrl } from './db/bookmarks.ts';
import { type Database, isDuplicate } from './db/database.ts';

/** For `.catch()`: turns a URL that the user has already into a 409 that says which bookmark it is. */
export function conflictOn(db: Database, userId: number, url: string | undefined) {
  return async (error: unknown): Promise<never> => {
    if (url === undefined || !isDuplicate(error)) throw error;
    const existing = await findBookmarkByUrl(db, userId, url);
    throw new ConflictError(`There is a bookmark for ${url} already.`, {
      cause: error,
      details: { id: existing?.id },
    });
  };
}

export function noBookmark(id: number): NotFoundError {
  return new NotFoundError(`There is no bookmark ${id}.`);
}
