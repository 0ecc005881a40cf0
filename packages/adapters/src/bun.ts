import { BlaizeError } from '@blaizejs/errors';
import { hasMethod, isObject } from '@blaizejs/errors/internal';

import { ipAddress } from './ip-address.ts';
import type { PortableApp } from './portable-app.ts';
import { type ServeOptions, serveWith, type Serving } from './serving.ts';

export type { ServeOptions, Serving } from './serving.ts';

/** What `ctx.platform` is on Bun. */
export interface BunPlatform {
  /** What `Bun.serve()` returned. */
  readonly server: BunServer;
}

/** The part of Bun's `Server` that is used here. */
export interface BunServer {
  readonly port?: number;
  requestIP(request: Request): { readonly address: string } | null;
  timeout(request: Request, seconds: number): void;
  stop(closeActiveConnections?: boolean): Promise<void>;
}

interface Bun {
  serve(options: {
    readonly port: number;
    readonly hostname: string;
    readonly tls?: ServeOptions['tls'];
    readonly development: false;
    readonly fetch: (request: Request, server: BunServer) => Promise<Response>;
  }): BunServer;
}

/**
 * Serves an app with `Bun.serve()`: with the address of clients, event streams that Bun's idle timeout does not cut off, and a
 * stop that lets requests finish.
 *
 * ```ts
 * await serve(app, { port: 3000 });
 * ```
 *
 * @throws BlaizeError `ERR_BLAIZE_ADAPTER` outside of Bun, or for what is not an app from `createApp()`
 * @throws ConfigurationError for a wrong option
 * @throws Bun's error if the port is in use
 */
export async function serve(app: PortableApp, options: ServeOptions = {}): Promise<Serving> {
  const { Bun: bun } = globalThis as { Bun?: unknown };
  if (!isObject(bun) || !hasMethod(bun, 'serve')) {
    throw new BlaizeError('ERR_BLAIZE_ADAPTER', 'serve() of @blaizejs/adapters/bun: this is not Bun.');
  }
  const clientIp: NonNullable<ServeOptions['clientIp']> = options.clientIp ?? ((_request, peer) => peer);
  return serveWith('serve', app, options, ({ port, hostname, tls }) => {
    const server = (bun as unknown as Bun).serve({
      ...{ port, hostname },
      ...(tls && { tls }),
      // Its error page would show the code.
      development: false,
      fetch: async (request, server) => {
        const platform: BunPlatform = { server };
        const peer = ipAddress(server.requestIP(request)?.address);
        const response = await app.fetch(request, {
          remoteAddress: ipAddress(clientIp(request, peer)),
          platform,
        });
        const isEventStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
        // Bun closes a connection that is quiet for 10 seconds.
        if (isEventStream) server.timeout(request, 0);
        return response;
      },
    });
    return { port: server.port ?? port, stop: () => server.stop(), cut: () => server.stop(true) };
  });
}
