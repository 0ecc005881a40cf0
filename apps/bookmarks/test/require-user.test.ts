import path from 'node:path';
import { createClient } from '@libsql/client';
import { UnauthorizedError } from 'blaizejs';
import { createTestContext } from 'blaizejs/testing';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { expect, onTestFinished, test } from 'vitest';

import { createUser } from '../src/db/users.ts';
import { requireUser } from '../src/middleware/require-user.ts';
import { GET } from '../src/routes/api/users/me.ts';
import { sessions } from '../src/session.ts';
import { temporaryDatabase } from './app.ts';

test('a route is a function of its context', () => {
  const user = { id: 7, name: 'Ada' };
  expect(GET.handler(createTestContext({ state: { user } }))).toEqual(user);
});

test('requireUser puts the user of a token on the state, and stops whoever has none', async () => {
  const client = createClient({ url: await temporaryDatabase() });
  onTestFinished(() => client.close());
  const db = drizzle(client);
  await migrate(db, { migrationsFolder: path.resolve(import.meta.dirname, '../migrations') });
  const { token } = (await createUser(db, 'Ada'))!;

  const known = createTestContext({
    headers: { authorization: `Bearer ${token}` },
    services: { db },
    state: { user: { id: 0, name: '' } },
  });
  await requireUser.onRequest?.(known);
  expect(known.state.user).toEqual({ id: 1, name: 'Ada' });

  const unknown = createTestContext({ services: { db }, state: { user: { id: 0, name: '' } } });
  await sessions().onRequest?.(unknown);
  await expect(requireUser.onRequest?.(unknown)).rejects.toThrow(UnauthorizedError);
});
