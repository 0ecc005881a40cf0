import { BlaizeError } from '@blaizejs/errors';
import { hasMethod, isObject } from '@blaizejs/errors/internal';

import { ipAddress } from './ip-address.ts';
import type { PortableApp } from './portable-app.ts';
import { type ServeOptions, serveWith, type Serving } from './serving.ts';

export type { ServeOptions, Serving } from './serving.ts';

/** What `ctx.platform` is on Deno: what `Deno.serve()` passes with each request. */
export interface DenoPlatform {
  readonly info: DenoInfo;
}

/** As `Deno.ServeHandlerInfo`. */
export interface DenoInfo {
  readonly remoteAddr: { readonly hostname?: string; readonly port?: number; readonly transport?: string };
}

interface DenoServer {
  readonly addr: { readonly port: number };
  shutdown(): Promise<void>;
}

interface Deno {
  serve(
    options: {
      readonly port: number;
      readonly hostname: string;
      readonly signal: AbortSignal;
      readonly key?: string;
      readonly cert?: string;
      readonly onListen: () => void;
    },
    handler: (request: Request, info: DenoInfo) => Promise<Response>,
  ): DenoServer;
}

/**
 * Serves an app with `Deno.serve()`: with the address of clients, and a stop that lets requests finish.
 *
 * ```ts
 * await serve(app, { port: 8000 });
 * ```
 *
 * @throws BlaizeError `ERR_BLAIZE_ADAPTER` outside of Deno, or for what is not an app from `createApp()`
 * @throws ConfigurationError for a wrong option
 * @throws Deno's error if the port is in use
 */
export async function serve(app: PortableApp, options: ServeOptions = {}): Promise<Serving> {
  const { Deno: deno } = globalThis as { Deno?: unknown };
  if (!isObject(deno) || !hasMethod(deno, 'serve')) {
    throw new BlaizeError('ERR_BLAIZE_ADAPTER', 'serve() of @blaizejs/adapters/deno: this is not Deno.');
  }
  const clientIp: NonNullable<ServeOptions['clientIp']> = options.clientIp ?? ((_request, peer) => peer);
  return serveWith('serve', app, options, ({ port, hostname, tls }) => {
    const cut = new AbortController();
    const server = (deno as unknown as Deno).serve(
      { port, hostname, signal: cut.signal, ...tls, onListen: () => undefined },
      (request, info) => {
        const platform: DenoPlatform = { info };
        const peer = ipAddress(info.remoteAddr.hostname);
        return app.fetch(request, { remoteAddress: ipAddress(clientIp(request, peer)), platform });
      },
    );
    return { port: server.addr.port, stop: () => server.shutdown(), cut: () => cut.abort() };
  });
}
