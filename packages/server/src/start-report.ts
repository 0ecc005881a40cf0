import { createRequire } from 'node:module';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

import { isTerminal } from '@blaizejs/app/internal';
import { logLine } from '@blaizejs/context/internal';
import type { Logger } from '@blaizejs/types';

import { developmentTools } from './development-tools.ts';

/** The data that a server reports once it is up. */
export interface StartReport {
  readonly name: 'BlaizeJS';
  readonly version: string;
  /** URLs for this machine, and for others on the network. */
  readonly urls: { readonly local: readonly string[]; readonly network: readonly string[] };
  readonly protocols: readonly ('HTTP/2' | 'HTTP/1.1')[];
  readonly routes: number;
  /** How long the start took. */
  readonly milliseconds: number;
  /** Whether route files are reloaded when they change. */
  readonly reload: boolean;
}

/** Where a server listens. */
export interface Place {
  readonly scheme: 'http' | 'https';
  /** The requested host. */
  readonly host: string;
  /** The address that it resolved to. */
  readonly address: string;
  readonly port: number;
}

/** The URLs at which a server can be reached. */
export function reachableAt({ scheme, host, address, port }: Place): StartReport['urls'] {
  const toUrl = (name: string): string => `${scheme}://${isIPv6(name) ? `[${name}]` : name}:${port}`;
  if (address === '0.0.0.0' || address === '::') {
    return { local: [toUrl('localhost')], network: ownAddresses(address === '::').map(toUrl) };
  }
  const isLoopback = address === '::1' || address.startsWith('127.');
  return { local: [toUrl(host)], network: isLoopback ? [] : [toUrl(host)] };
}

/**
 * Announces that a server is up: with a banner in a terminal, otherwise with a log line.
 *
 * @param own whether the app has its own logger or runs in production; there is no banner then
 */
export function announceStart(report: StartReport, url: string, log: Logger, own: boolean): void {
  const { routes, milliseconds } = report;
  const message = `Server running on ${url} (${routes} ${routes === 1 ? 'route' : 'routes'}, ${milliseconds} ms)`;
  const tools = own || !isTerminal() ? undefined : developmentTools();
  if (tools) tools.announce(report);
  else logLine(() => log, 'info', message, { server: report });
}

/** The addresses of this machine that others can reach. Excludes link-local ones, since a URL cannot name their zone. */
function ownAddresses(both: boolean): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(
      ({ internal, family, address }) =>
        !internal && (family === 'IPv4' || (both && !/^fe[89ab]/i.test(address))),
    )
    .map(({ address }) => address);
}

/** The version of this package. */
export function ownVersion(): string {
  try {
    const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
    return version;
  } catch {
    // The package is bundled.
    return 'unknown';
  }
}
