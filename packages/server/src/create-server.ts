import type {
  MiddlewareInput,
  Plugin,
  Server,
  ServicesOfAll,
  Services,
  State,
  StateOf,
} from '@blaizejs/types';

import { BlaizeServer } from './blaize-server.ts';
import { resolveOptions, type ServerOptions } from './options.ts';
import { prepareThrown } from './start-failure.ts';

/**
 * Creates a server. It starts, loads and binds nothing until `listen()`.
 *
 * ```ts
 * const server = createServer({ routesDir: path.resolve(import.meta.dirname, './routes') });
 * await server.listen();
 * ```
 *
 * @throws ConfigurationError that lists every problem with the options
 */
export function createServer<
  // No defaults: TypeScript would use them to infer the context of functions that are written in the list.
  const M extends readonly MiddlewareInput[],
  const P extends readonly Plugin[],
>(
  options: ServerOptions<M, P> | undefined,
): Server<{ state: State & StateOf<M>; services: Services & ServicesOfAll<P> }> {
  let server: BlaizeServer;
  try {
    server = new BlaizeServer(resolveOptions(options));
  } catch (error) {
    prepareThrown(error);
    throw error;
  }
  // What middleware and plugins add is present once they run.
  return server as unknown as Server<{ state: State & StateOf<M>; services: Services & ServicesOfAll<P> }>;
}
