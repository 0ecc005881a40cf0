import path from 'node:path';
import { securityHeaders } from '@blaizejs/middleware/security-headers';
import type { ServerOptions } from 'blaizejs';
import { health, queryCheck } from 'blaizejs/plugins/health';

import { database } from './plugins/database.ts';

/** The application without a socket: what the server and the tests share. */
export function app({ databaseUrl }: { databaseUrl: string }): ServerOptions {
  return {
    routesDir: path.resolve(import.meta.dirname, 'routes'),
    middleware: [securityHeaders()],
    plugins: [
      database({ url: databaseUrl }),
      // /health, /ready and /startup.
      health({ checks: { database: queryCheck(({ services }) => services.db.execute('select 1')) } }),
    ],
  };
}
