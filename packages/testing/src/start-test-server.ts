import { createServer, type ServerOptions } from '@blaizejs/server';
import type { Server } from '@blaizejs/types';

import { createClient, type TestClient } from './client.ts';
import { testCertificate } from './test-certificate.ts';

/** A server that listens, with what a test needs to talk to it. */
export interface TestServer {
  readonly server: Server;
  /** Where it listens: `https://localhost:40123`. */
  readonly url: string;
  /** Speaks HTTP/1.1 with it. */
  readonly http1: TestClient;
  /** Speaks HTTP/2 with it. @throws Error where the server has HTTP/2 off */
  readonly http2: TestClient;
  /** Closes the clients and the server. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a server for a test: on a free port, silent, without watching files or signals, unless the options say
 * otherwise. Its certificate is made for this process, which trusts it, and is kept nowhere. Dispose of it with
 * `await using`, or with `close()`.
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
  const secure = server.url.startsWith('https:') && options.http2?.enabled !== false;
  const { url } = server;
  const http1 = createClient(url, { protocol: 'http1' });
  const http2 = secure ? createClient(url, { protocol: 'http2' }) : undefined;
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

/** A certificate, for a server that is secure and has none of its own. */
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
