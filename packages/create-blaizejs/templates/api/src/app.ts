import path from 'node:path';
import { securityHeaders } from '@blaizejs/middleware/security-headers';
import type { ServerOptions } from 'blaizejs';

import { database } from './plugins/database.ts';
import { lifecycle } from './plugins/lifecycle.ts';

/** The application without a socket: what the server and the tests share. */
export function app({ databaseUrl }: { databaseUrl: string }): ServerOptions {
  return {
    routesDir: path.resolve(import.meta.dirname, 'routes'),
    middleware: [securityHeaders()],
    plugins: [lifecycle, database({ url: databaseUrl })],
  };
}
