import { isIP } from 'node:net';

import { CertificateError } from '@blaizejs/errors';

import { canonical } from './certificate-names.ts';

/** Values by the name that a TLS client asks for. */
export class ServerNames<T> {
  readonly #values: ReadonlyMap<string, T>;

  /** @param values by name, as `serverName` spells it */
  constructor(values: ReadonlyMap<string, T>) {
    this.#values = values;
  }

  /** The value for exactly this name, or else for this name with `*` as its first label. */
  find(servername: string): T | undefined {
    const name = servername.toLowerCase().replace(/\.$/, '');
    const exact = this.#values.get(name);
    if (exact !== undefined) return exact;
    const dot = name.indexOf('.');
    return dot < 1 ? undefined : this.#values.get(`*${name.slice(dot)}`);
  }
}

/**
 * The spelling under which a name of the option `sni` is looked up: lower case, and punycode (IDNA).
 *
 * @throws CertificateError if it is neither a host name nor `*.` and a host name of two labels or more
 */
export function serverName(given: string): string {
  const wildcard = given.startsWith('*.');
  const name = canonical(wildcard ? given.slice(2) : given);
  if (name === undefined) {
    throw new CertificateError('The name is neither a host name nor "*." followed by one.');
  }
  if (isIP(name)) {
    throw new CertificateError(
      'The name is an IP address, which clients never send (RFC 6066 section 3). Use a host name.',
    );
  }
  if (wildcard && !name.includes('.')) {
    throw new CertificateError(
      'The wildcard covers a top-level domain. Put at least two labels after it, as in "*.example.org".',
    );
  }
  return wildcard ? `*.${name}` : name;
}
