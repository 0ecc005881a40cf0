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

/** The origin of a port in cleartext. */
export function originOf(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
