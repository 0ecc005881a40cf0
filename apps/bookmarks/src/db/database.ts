import { LibsqlError } from '@libsql/client';
import type { LibSQLDatabase } from 'drizzle-orm/libsql';

export type Database = LibSQLDatabase;

/** Whether a statement failed since a value has to be unique and is not. */
export function isDuplicate(error: unknown): boolean {
  // drizzle wraps what the driver throws.
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof LibsqlError && cause.message.includes('UNIQUE constraint failed')) return true;
  }
  return false;
}
