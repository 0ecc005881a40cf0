import { isIPv6 } from 'node:net';

import { is, isInteger, options, orElse, text } from '@blaizejs/errors/internal';

/** Checks where a plugin listens that has a port of its own: by default, only this machine reaches it. */
export const ownPort = (port: number, form: string) =>
  options(
    {
      port: orElse(
        is<number>('a whole number from 0 to 65535', (value) => isInteger(value, 0, 65_535)),
        port,
      ),
      host: orElse(text('a host name or IP address'), '127.0.0.1'),
    },
    form,
  );

/** Whether only this machine can reach a host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Said to requests that may not name their host, with 421. */
export const WRONG_HOST = 'Use the address that this port listens on: the Host header names another one.';

/**
 * Whether a request may name a host that listens on this machine alone. Any page of an operator's browser can send requests
 * there: DNS rebinding gives its own name this address, and then it may read the answers.
 *
 * @param host where the port listens; others than this machine may ask one that it is not alone to reach, by any name
 * @param named the `Host` field
 */
export function mayName(host: string, named: string | undefined): boolean {
  if (!isLoopback(host)) return true;
  const name = (named ?? '').replace(/:\d+$/, '').toLowerCase();
  return ['localhost', '127.0.0.1', '[::1]', isIPv6(host) ? `[${host}]` : host].includes(name);
}

/** The origin of a port in cleartext. */
export function originOf(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
