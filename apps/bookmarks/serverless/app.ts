import { csrf } from '@blaizejs/middleware/csrf';
import { requestLog } from '@blaizejs/middleware/request-log';
import { securityHeaders } from '@blaizejs/middleware/security-headers';
import { openApi } from '@blaizejs/openapi';
import { createApp, createPlugin } from 'blaizejs';

import type { Database } from '../src/db/database.ts';
import { limits } from '../src/limits.ts';
import { live } from '../src/live.ts';
import openApiOptions from '../src/openapi.ts';
import { sessions } from '../src/session.ts';
import { readSettings } from './settings.ts';

/**
 * The app where a platform starts and ends processes as it likes: on Lambda, and in a worker. Its routes are those of the
 * server. What differs is around them:
 *
 * - sessions are in the cookie, sealed, since nothing in memory lasts. Who signs out loses the cookie; a copy of it is refused
 *   by the process that saw the sign-out, and elsewhere once the session ends;
 * - the tables are there already: a deployment applies `migrations/`, and no start does;
 * - the platform serves the page, compresses answers, and asks no probes;
 * - rate limits count what one process sees. The platform has limits for all of them;
 * - a page hears of changes only if the same process made them.
 *
 * @param open returns the database for a request
 */
export async function serverlessApp(open: () => Database) {
  const { SESSION_SECRET, SIGN_IN_LIMIT, REQUEST_LIMIT } = readSettings();
  const database = createPlugin('database', '1.0.0', () => ({ perRequest: { db: open } }));
  const app = createApp({
    plugins: [database(), openApi(openApiOptions), live({})],
    middleware: [
      requestLog(),
      securityHeaders(),
      csrf(),
      ...limits(SIGN_IN_LIMIT, REQUEST_LIMIT),
      sessions({ secret: SESSION_SECRET }),
    ],
    bodyLimit: 64 * 1024,
  });
  await app.router.addRouteDirectory('src/routes');
  return app;
}
