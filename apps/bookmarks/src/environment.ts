import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError, env } from '@blaizejs/config';
import { z } from 'zod';

const ROOT = path.resolve(import.meta.dirname, '..');

const port = z.coerce.number().int().min(0).max(65_535);
const list = z.string().transform((text) => text.split(',').map((each) => each.trim()));

const schema = z
  .object({
    NODE_ENV: z.string().optional(),
    PORT: port.default(3000),
    HOST: z.string().default('localhost'),
    DATABASE_URL: z.string().default(pathToFileURL(path.join(ROOT, 'bookmarks.db')).href),
    TLS: z.enum(['on', 'off']).default('on'),
    TRUST_PROXY: list.optional(),
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    ALLOWED_ORIGINS: list.default([]),
    REQUEST_LIMIT: z.coerce.number().int().min(1).default(600),
    SIGN_IN_LIMIT: z.coerce.number().int().min(1).default(20),
    DRAIN_DELAY: z.coerce.number().int().min(0).default(0),
    METRICS_PORT: port.optional(),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
    SSL_KEY_PATH: z.string().optional(),
    SSL_CERT_PATH: z.string().optional(),
  })
  .refine(
    (env) => env.NODE_ENV !== 'production' || env.TLS === 'off' || (env.SSL_KEY_PATH && env.SSL_CERT_PATH),
    {
      error:
        'Production needs a certificate: set SSL_KEY_PATH and SSL_CERT_PATH to PEM files. ' +
        'Or set TLS=off to serve plain HTTP, for a proxy in front that handles TLS.',
    },
  );

export type Environment = z.output<typeof schema>;

/** Reads the environment, and `.env` beside package.json for whatever is not set there. Ends the process if a setting is wrong. */
export function readEnvironment(): Environment {
  try {
    return env(schema, { dir: ROOT });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
