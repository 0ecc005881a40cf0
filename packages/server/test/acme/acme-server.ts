import { once } from 'node:events';
import { connect, type DetailedPeerCertificate } from 'node:tls';

import { createServer, type ServerOptions } from '@blaizejs/server';
import type { AcmeOptions, Logger } from '@blaizejs/types';
import { expect, onTestFinished } from 'vitest';

import { temporaryFolder } from '../../../../tooling/test/folder.ts';
import type { Pebble } from './pebble.ts';

/** Lines of a server's log. */
export function recordLog(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const write = (first: unknown, second?: unknown): void => void lines.push(String(second ?? first));
  const log: Logger = { debug: () => {}, info: write, warn: write, error: write, child: () => log };
  return { log, lines };
}

/** An empty directory, until the end of the test. */
export async function storeDirectory(): Promise<string> {
  const directory = await temporaryFolder();
  return directory;
}

/** Starts a server whose certificate comes from this authority. */
export async function start(
  pebble: Pebble,
  acme: Partial<AcmeOptions> & { domains: string[] },
  extra: Partial<ServerOptions> = {},
) {
  const { log, lines } = recordLog();
  const { directoryUrl, ca } = pebble;
  const directory = acme.directory ?? (await storeDirectory());
  const server = createServer({
    routesDir: false,
    mode: 'production',
    handleSignals: false,
    port: pebble.tlsPort,
    host: '127.0.0.1',
    logger: log,
    tls: { acme: { directoryUrl, ca, ...acme, directory } },
    ...extra,
  });
  onTestFinished(() => void server.close());
  await server.listen();
  return { server, lines, directory };
}

/** The certificate that a client sees. */
export async function shown(port: number, servername: string): Promise<DetailedPeerCertificate> {
  const socket = connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerCertificate(true);
  socket.destroy();
  return certificate;
}

/** Fails if the certificate is not from the authority. @returns its fingerprint */
export const issued = async (port: number, name: string): Promise<string> => {
  const { issuer, fingerprint256 } = await shown(port, name);
  expect(issuer.CN).toMatch(/^Pebble/);
  return fingerprint256;
};

/** For `vi.waitFor`. */
export const soon = { timeout: 30_000, interval: 100 };
