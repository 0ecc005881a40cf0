import { type Client, createClient } from '@libsql/client';
import { createPlugin, type ServicesOf } from 'blaizejs';

declare module 'blaizejs' {
  interface Services extends ServicesOf<typeof database> {}
}

/** Each runs once, in this order. Add new ones at the end, and don't change what has already run somewhere. */
const MIGRATIONS = [
  `create table notes (
    id integer primary key,
    text text not null,
    created_at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
  )`,
];

/** Opens the database, migrates it, provides it as `ctx.services.db`, and closes it. */
export const database = createPlugin('database', '1.0.0', (_server, { url }: { url: string }) => {
  // Milliseconds to wait while another process writes.
  const db = createClient({ url, timeout: 1000 });
  return {
    services: { db },
    initialize: () => migrate(db),
    terminate: async () => {
      // Moves what is still in the write-ahead log (-wal) into the database file.
      await db.execute('pragma wal_checkpoint(truncate)');
      db.close();
    },
  };
});

async function migrate(db: Client): Promise<void> {
  // So that readers never wait for a writer. The file keeps this setting.
  await db.execute('pragma journal_mode = wal');
  // A transaction, since two processes may start at once.
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
