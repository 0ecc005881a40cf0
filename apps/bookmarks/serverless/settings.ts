import { z } from 'zod';

const count = z.coerce.number().int().min(1);

const schema = z.object({
  /** `libsql://…` or `https://…`, of a database that is reached over the network. */
  DATABASE_URL: z.string(),
  DATABASE_TOKEN: z.string().optional(),
  /** What seals the cookies of sessions: the same in all processes. */
  SESSION_SECRET: z.string().min(32),
  REQUEST_LIMIT: count.default(600),
  SIGN_IN_LIMIT: count.default(20),
});

/**
 * The settings of the app on Lambda and in a worker, where variables and secrets of the platform are in the environment.
 *
 * @throws if one is missing or wrong: the platform then says that the module did not load
 */
export function readSettings() {
  return schema.parse(process.env);
}

/** What a client of the database needs. */
export function connection() {
  const { DATABASE_URL: url, DATABASE_TOKEN: authToken } = readSettings();
  return { url, ...(authToken !== undefined && { authToken }) };
}
