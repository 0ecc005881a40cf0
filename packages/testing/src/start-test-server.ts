import { createServer, type ServerOptions } from '@blaizejs/server';
import type { Server } from '@blaizejs/types';

import { createClient, type TestClient } from './client.ts';
import { testCertificate } from './test-certificate.ts';

/** A listening server, and clients for it. */
export interface TestServer {
  readonly server: Server;
  /** For example `https://localhost:40123`. */
  readonly url: string;
  /** A client that speaks HTTP/1.1. */
  readonly http1: TestClient;
  /** A client that speaks HTTP/2. @throws Error if the server does not speak HTTP/2 */
  readonly http2: TestClient;
  /** Closes the clients and the server. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a server for a test. Unless the options say otherwise, it listens on a free port, logs nothing, and doesn't watch
 * files or handle signals. Its certificate is created for this process, which trusts it, and is not stored. Dispose of the
 * server with `await using`, or with `close()`.
 *
 * ```ts
 * await using app = await startTestServer({ routesDir });
 * const response = await app.http2.request('/users/1');
 * ```
 */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const server = createServer({
    port: 0,
    routesDir: false,
    logger: false,
    watch: false,
    handleSignals: false,
    ...options,
    ...(await certificateFor(options)),
  });
  await server.listen();
  const speaksHttp2 = options.http2?.enabled !== false;
  const { url } = server;
  const http1 = createClient(url, { protocol: 'http1' });
  const http2 = speaksHttp2 ? createClient(url, { protocol: 'http2' }) : undefined;
  const close = async (): Promise<void> => {
    await Promise.all([http1.close(), http2?.close()]);
    await server.close();
  };
  return {
    server,
    url,
    http1,
    get http2() {
      if (!http2) throw new Error('This server has http2.enabled: false; use http1 to talk to it.');
      return http2;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The certificate for a secure server whose options have none. */
async function certificateFor({
  tls,
  http2,
  host = 'localhost',
}: Partial<ServerOptions>): Promise<Pick<ServerOptions, 'tls'>> {
  const isSecure = tls !== false && (tls !== undefined || http2?.enabled !== false);
  const { key, keyFile, cert, certFile } = tls || {};
  const own = [key, keyFile, cert, certFile, http2?.keyFile, http2?.certFile];
  if (!isSecure || own.some((each) => each !== undefined)) return {};
  return { tls: { ...tls, ...(await testCertificate(host)) } };
}
