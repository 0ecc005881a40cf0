import { createClient, type DataOf } from '@blaizejs/client';
import { ValidationError } from 'blaizejs/errors';

import type { Routes } from '../.blaize/routes.d.ts';

/** The server, with the types of its routes. */
export const api = createClient<Routes>('/');

export type Bookmark = DataOf<Routes, 'GET', '/api/bookmarks/[id]'>;
export type User = DataOf<Routes, 'GET', '/api/users/me'>;

/** What to tell the user: each field that the server refuses, or what went wrong. */
export function messageOf(error: unknown): string {
  if (error instanceof ValidationError) {
    return error.details
      .map(({ pointer, message }) => (pointer ? `${pointer.slice(1)}: ${message}` : message))
      .join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
