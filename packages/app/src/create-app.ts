import type { App, MiddlewareInput, Plugin, ServicesOfAll, Services, State, StateOf } from '@blaizejs/types';

import { type AppOptions, resolveAppOptions } from './app-options.ts';
import { BlaizeApp } from './app.ts';
import { createConsoleLogger } from './console-logger.ts';
import { appLimits } from './limits.ts';

/**
 * Creates an application without a server, for workers, lambdas, Deno, Bun and tests. It answers Web requests, and needs no
 * HTTP server, certificate or file system.
 *
 * ```ts
 * const app = createApp();
 * app.router.addRoute('GET', '/', { handler: () => 'hello' });
 * export default { fetch: app.fetch };
 * ```
 *
 * Routes are compiled when they are added and by `ready()`: on a runtime that forbids code generation during a request,
 * await `app.ready()` at the top level of the module.
 *
 * @throws ConfigurationError that lists everything that is wrong with the options
 */
export function createApp<
  // No defaults: TypeScript would use them as the contextual type of functions in the list.
  const M extends readonly MiddlewareInput[],
  const P extends readonly Plugin[],
>(options: AppOptions<M, P> = {}): App<{ state: State & StateOf<M>; services: Services & ServicesOfAll<P> }> {
  const resolved = resolveAppOptions(options);
  const mode = resolved.mode ?? modeOf();
  const app = new BlaizeApp(resolved, {
    production: mode === 'production',
    createLogger: createConsoleLogger,
    limitNames: Object.keys(appLimits),
  });
  // Middleware and plugins add these when they run.
  return app as unknown as App<{ state: State & StateOf<M>; services: Services & ServicesOfAll<P> }>;
}

/** Without `NODE_ENV`, as on most workers, the causes of errors stay hidden from clients. */
function modeOf(): 'development' | 'production' {
  const { process } = globalThis as { process?: { env?: NodeJS.ProcessEnv } };
  const environment = process?.env?.NODE_ENV;
  return environment === undefined || environment === 'production' ? 'production' : 'development';
}
