import { createHash, randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';

import type { Database } from './database.ts';
import { users } from './schema.ts';

export type User = Pick<typeof users.$inferSelect, 'id' | 'name'>;

/** @returns undefined where the name is taken */
export async function createUser(
  db: Database,
  name: string,
): Promise<(User & { token: string }) | undefined> {
  const token = randomBytes(32).toString('base64url');
  const [user] = await db
    .insert(users)
    .values({ name, tokenHash: hash(token) })
    .onConflictDoNothing()
    .returning({ id: users.id, name: users.name });
  return user && { ...user, token };
}

export async function findUserByToken(db: Database, token: string): Promise<User | undefined> {
  const [user] = await db
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(eq(users.tokenHash, hash(token)));
  return user;
}

export async function findUser(db: Database, id: number | undefined): Promise<User | undefined> {
  if (id === undefined) return undefined;
  const [user] = await db.select({ id: users.id, name: users.name }).from(users).where(eq(users.id, id));
  return user;
}

// A token has 256 random bits: nobody guesses it, so a fast hash without salt will do. A password would need more.
function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
