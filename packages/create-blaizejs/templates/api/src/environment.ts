import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

const ROOT = path.resolve(import.meta.dirname, '..');

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default('localhost'),
  DATABASE_URL: z.string().default(pathToFileURL(path.join(ROOT, 'app.db')).href),
  TLS: z.enum(['on', 'off']).default('on'),
  DRAIN_DELAY: z.coerce.number().int().min(0).default(0),
  SSL_KEY_PATH: z.string().optional(),
  SSL_CERT_PATH: z.string().optional(),
});

export type Environment = z.output<typeof schema>;

/** Reads `.env`, if there is one, and what the process was started with, which wins. */
export function readEnvironment(): Environment {
  const file = path.join(ROOT, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
  // `PORT=` means that nothing was set.
  const set = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const { data, error } = schema.safeParse(set);
  if (error) throw new Error(`The environment does not fit:\n${z.prettifyError(error)}`);
  return data;
}
