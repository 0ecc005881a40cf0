import { type Client, createClient } from '@libsql/client';
import { createPlugin, type ServicesOf } from 'blaizejs';

declare module 'blaizejs' {
  interface Services extends ServicesOf<typeof database> {}
}

/** Each runs once, in this order. Add to the end; what has run somewhere stays as it is. */
const MIGRATIONS = [
  `create table notes (
    id integer primary key,
    text text not null,
    created_at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
  )`,
];

/** Opens the database, brings it up to date, puts it on `ctx.services.db`, and closes it. */
export const database = createPlugin('database', '1.0.0', (_server, { url }: { url: string }) => {
  // Waits at most this long, in milliseconds, for another process that writes.
  const db = createClient({ url, timeout: 1000 });
  return {
    services: { db },
    initialize: () => migrate(db),
    terminate: async () => {
      // Puts into the file what is still in the one beside it (-wal).
      await db.execute('pragma wal_checkpoint(truncate)');
      db.close();
    },
  };
});

async function migrate(db: Client): Promise<void> {
  // Readers then never wait for a writer. The file keeps this setting.
  await db.execute('pragma journal_mode = wal');
  // Two processes that start at once do not get into each other's way.
  const transaction = await db.transaction('write');
  try {
    const { rows } = await transaction.execute('pragma user_version');
    const done = Number(rows[0]?.user_version);
    for (const sql of MIGRATIONS.slice(done)) await transaction.execute(sql);
    await transaction.execute(`pragma user_version = ${MIGRATIONS.length}`);
    await transaction.commit();
  } finally {
    transaction.close();
  }
}
