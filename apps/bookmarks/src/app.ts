import path from 'node:path';
import { openApi } from '@blaizejs/openapi';
import type { ServerOptions } from 'blaizejs';

import { requestLog } from './middleware/request-log.ts';
import openApiOptions from './openapi.ts';
import { database } from './plugins/database.ts';
import { lifecycle } from './plugins/lifecycle.ts';

/** The application without a socket: what the server and the tests have in common. */
export function app({ databaseUrl }: { databaseUrl: string }): ServerOptions {
  return {
    routesDir: path.resolve(import.meta.dirname, 'routes'),
    plugins: [lifecycle, database({ url: databaseUrl }), openApi(openApiOptions)],
    middleware: [requestLog],
    // Bookmarks are small.
    bodyLimit: 64 * 1024,
  };
}
