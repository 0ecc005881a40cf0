import path from 'node:path';
import type { ServerOptions } from 'blaizejs';

import { database } from './plugins/database.ts';
import { lifecycle } from './plugins/lifecycle.ts';

/** The application without a socket: what the server and the tests share. */
export function app({ databaseUrl }: { databaseUrl: string }): ServerOptions {
  return {
    routesDir: path.resolve(import.meta.dirname, 'routes'),
    plugins: [lifecycle, database({ url: databaseUrl })],
  };
}
