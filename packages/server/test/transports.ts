import { developmentCertificate, trustCertificate } from '@blaizejs/ssl';
import { inject, type RequestOptions, startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe } from 'vitest';

import type { ServerOptions } from '../src/index.ts';

/** The ways on which a request can reach a server. */
export type Transport = 'HTTP/1.1' | 'HTTP/1.1 over TLS' | 'HTTP/2' | 'in process';

/** Those that have a socket. */
export const WIRES: Transport[] = ['HTTP/1.1', 'HTTP/1.1 over TLS', 'HTTP/2'];

/** A server as one transport sees it. */
export interface Reached {
  readonly transport: Transport;
  readonly app: TestServer;
  request(path: string, options?: RequestOptions): Promise<Response>;
}

/** Runs the same tests on every transport, or those that are named, each against a server of its own. */
export function onEveryTransport(
  name: string,
  options: () => Partial<ServerOptions>,
  arrange: (app: TestServer) => void | Promise<void>,
  tests: (reach: () => Reached) => void,
  transports: readonly Transport[] = [...WIRES, 'in process'],
): void {
  describe.each(transports)(`${name}, %s`, (transport) => {
    let app: TestServer;
    beforeAll(async () => {
      const given = options();
      const secure = transport !== 'HTTP/1.1';
      const tls = secure && given.mode === 'production' ? await certificate() : undefined;
      app = await startTestServer({ tls, ...given, http2: { enabled: secure } });
      await arrange(app);
    });
    afterAll(() => app.close());
    tests(() => ({ transport, app, request: (path, init) => send(app, transport, path, init) }));
  });
}

/** What production has to be given. */
async function certificate(): Promise<{ keyFile: string; certFile: string }> {
  const { cert, keyFile, certFile } = await developmentCertificate({ host: 'localhost' });
  trustCertificate(cert);
  return { keyFile, certFile };
}

function send(app: TestServer, transport: Transport, path: string, init?: RequestOptions): Promise<Response> {
  if (transport === 'in process') return inject(app.server, new URL(path, app.url), init);
  return (transport === 'HTTP/2' ? app.http2 : app.http1).request(path, init);
}
