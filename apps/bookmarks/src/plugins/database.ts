import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createClient } from '@libsql/client';
import { createPlugin, type ServicesOf } from 'blaizejs';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';

declare module 'blaizejs' {
  interface Services extends ServicesOf<typeof database> {}
}

// Workers that start at once on a new database get in each other's way: one creates the tables, the others try again.
const ATTEMPTS = 10;
const MIGRATIONS = path.resolve(import.meta.dirname, '../../migrations');

/** Owns the database: opens it, brings it up to date, puts it on `ctx.services.db`, closes it. */
export const database = createPlugin('database', '1.0.0', (_server, { url }: { url: string }) => {
  // Waits at most this long for another process that writes; libsql blocks the event loop meanwhile.
  const client = createClient({ url, timeout: 1000 });
  const db = drizzle(client);
  const prepare = async () => {
    // Readers then never wait for a writer. The file keeps this setting.
    await client.execute('PRAGMA journal_mode = WAL');
    await migrate(db, { migrationsFolder: MIGRATIONS });
  };
  return {
    services: { db },
    initialize: async () => {
      for (let left = ATTEMPTS; ; left--) {
        try {
          await prepare();
          return;
        } catch (error) {
          if (left === 1) throw error;
          await setTimeout(50);
        }
      }
    },
    terminate: async () => {
      // libsql lets go of the file only when it is collected as garbage; until then all that is new would stay in the
      // file -wal beside it, and miss from a copy of the database alone.
      await client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
      client.close();
    },
  };
});
