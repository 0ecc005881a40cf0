import type { Server } from '@blaizejs/types';

import { BlaizeServer } from './blaize-server.ts';
import { resolveOptions, type ServerOptions } from './options.ts';

/**
 * Makes a server. Nothing is started, loaded or bound before `listen()`.
 *
 * ```ts
 * const server = createServer({ routesDir: path.resolve(import.meta.dirname, './routes') });
 * await server.listen();
 * ```
 *
 * @throws ConfigurationError that lists everything that is wrong with the options
 */
export function createServer(options: ServerOptions | undefined): Server {
  return new BlaizeServer(resolveOptions(options));
}
