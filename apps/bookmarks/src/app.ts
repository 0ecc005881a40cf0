import path from 'node:path';
import { compress } from '@blaizejs/middleware/compress';
import { cors } from '@blaizejs/middleware/cors';
import { csrf } from '@blaizejs/middleware/csrf';
import { requestLog } from '@blaizejs/middleware/request-log';
import { securityHeaders } from '@blaizejs/middleware/security-headers';
import { openApi } from '@blaizejs/openapi';
import type { ServerOptions } from 'blaizejs';

import type { Environment } from './environment.ts';
import { limits } from './limits.ts';
import { live } from './live.ts';
import { observe } from './observe.ts';
import openApiOptions from './openapi.ts';
import { page } from './page.ts';
import { database } from './plugins/database.ts';
import { connectRedis } from './redis.ts';
import { sessions } from './session.ts';

/** The settings that matter here. Only the database has no default. */
export type Settings = Pick<Environment, 'DATABASE_URL'> & Partial<Environment>;

/** The application without a socket: what the server and the tests share. */
export function app({
  DATABASE_URL,
  REDIS_URL,
  ALLOWED_ORIGINS = [],
  REQUEST_LIMIT = 600,
  SIGN_IN_LIMIT = 20,
  METRICS_PORT,
}: Settings): ServerOptions {
  const redis = REDIS_URL === undefined ? undefined : connectRedis(REDIS_URL);
  return {
    routesDir: path.resolve(import.meta.dirname, 'routes'),
    plugins: [
      ...observe(METRICS_PORT, redis?.client),
      database({ url: DATABASE_URL }),
      openApi(openApiOptions),
      live(redis?.live ?? {}),
      ...(redis ? [redis.plugin] : []),
    ],
    middleware: [
      requestLog(),
      cors({ origin: (origin) => ALLOWED_ORIGINS.includes(origin) }),
      securityHeaders({
        // Scripts and styles from here alone, none inline: text that a user saved can't become code.
        contentSecurityPolicy: {
          'default-src': ["'none'"],
          'script-src': ["'self'"],
          'style-src': ["'self'"],
          'connect-src': ["'self'"],
          'img-src': ["'self'", 'data:'],
        },
      }),
      compress(),
      csrf({ trustedOrigins: ALLOWED_ORIGINS }),
      ...limits(SIGN_IN_LIMIT, REQUEST_LIMIT, redis?.limitStore),
      sessions(redis && { store: redis.sessionStore }),
      ...page(),
    ],
    // Bookmarks are small.
    bodyLimit: 64 * 1024,
  };
}
