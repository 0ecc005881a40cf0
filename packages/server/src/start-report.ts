import { createRequire } from 'node:module';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

import { logLine } from '@blaizejs/context/internal';
import type { Logger } from '@blaizejs/types';

import { isTerminal } from './default-logger.ts';
import { developmentTools } from './development-tools.ts';

/** What a server says of itself when it is up. */
export interface StartReport {
  readonly name: 'BlaizeJS';
  readonly version: string;
  /** For this machine, and for others. */
  readonly urls: { readonly local: readonly string[]; readonly network: readonly string[] };
  readonly protocols: readonly ('HTTP/2' | 'HTTP/1.1')[];
  readonly routes: number;
  /** What the start took. */
  readonly milliseconds: number;
  /** Whether changed route files are loaded while it runs. */
  readonly reload: boolean;
}

/** Where a server listens. */
export interface Place {
  readonly scheme: 'http' | 'https';
  /** As it was asked for. */
  readonly host: string;
  /** What that turned out to be. */
  readonly address: string;
  readonly port: number;
}

/** The URLs under which a server is reached. */
export function reachableAt({ scheme, host, address, port }: Place): StartReport['urls'] {
  const toUrl = (name: string): string => `${scheme}://${isIPv6(name) ? `[${name}]` : name}:${port}`;
  if (address === '0.0.0.0' || address === '::') {
    return { local: [toUrl('localhost')], network: ownAddresses(address === '::').map(toUrl) };
  }
  const isLoopback = address === '::1' || address.startsWith('127.');
  return { local: [toUrl(host)], network: isLoopback ? [] : [toUrl(host)] };
}

/**
 * Says once that a server is up: by a banner in a terminal, elsewhere by a line of the log.
 *
 * @param own whether the log is the app's, or production's, which has no banner
 */
export function announceStart(report: StartReport, url: string, log: Logger, own: boolean): void {
  const { routes, milliseconds } = report;
  const message = `Server running on ${url} (${routes} ${routes === 1 ? 'route' : 'routes'}, ${milliseconds} ms)`;
  const tools = own || !isTerminal() ? undefined : developmentTools();
  if (tools) tools.announce(report);
  else logLine(() => log, 'info', message, { server: report });
}

/** The addresses of this machine that others may reach; link-local ones need more than a URL can say. */
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
    // Somebody has bundled it.
    return 'unknown';
  }
}
