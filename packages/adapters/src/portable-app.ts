import { BlaizeError } from '@blaizejs/errors';
import { hasMethod, isObject } from '@blaizejs/errors/internal';
import type { CloseOptions, FetchInfo, Logger, RouteInfo, ServerEvents } from '@blaizejs/types';

/** What an adapter needs of an app: whatever `createApp()` returns. */
export interface PortableApp {
  readonly fetch: (request: Request, info?: FetchInfo) => Promise<Response>;
  ready(): Promise<unknown>;
  close(options?: CloseOptions): Promise<void>;
  readonly events: Pick<ServerEvents, 'on'>;
  readonly router: { readonly routes: readonly Pick<RouteInfo, 'method' | 'pattern' | 'tunnel'>[] };
  readonly log: Pick<Logger, 'warn'>;
  /** A server does not compile here: it opens sockets of its own. Pass the app that `createApp()` returns. */
  readonly listen?: never;
}

/**
 * Checks an app, makes it ready, and logs which of its routes can't do there what they do on a server.
 *
 * @param adapter for the message: `toWorker`
 * @throws BlaizeError `ERR_BLAIZE_ADAPTER` if it is not an app, or a server
 */
export async function start(adapter: string, app: PortableApp): Promise<void> {
  if (!isObject(app) || !hasMethod(app, 'fetch') || !hasMethod(app, 'ready')) {
    throw new BlaizeError(
      'ERR_BLAIZE_ADAPTER',
      `${adapter}(): expected an app from createApp(), received ${typeof app}.`,
    );
  }
  if ('listen' in app) {
    throw new BlaizeError(
      'ERR_BLAIZE_ADAPTER',
      `${adapter}(): received a server, which opens sockets of its own. Pass an app from createApp().`,
    );
  }
  await app.ready();
  const sockets = app.router.routes.filter(({ tunnel }) => tunnel !== undefined);
  if (sockets.length === 0) return;
  const names = sockets.map(({ method, pattern }) => `${method} ${pattern}`).join(', ');
  app.log.warn(
    `${adapter}(): WebSockets need a server from createServer(), so clients can't open them at ${names}. ` +
      'Use server-sent events, or serve these routes elsewhere.',
  );
}
