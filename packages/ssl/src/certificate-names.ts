import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

import { CertificateError } from '@blaizejs/errors';

import { alternativeNames } from './alternative-names.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
const EVERY_ADDRESS = ['0.0.0.0', '::'];
const DNS_NAME =
  /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * The names of a development server on `host`: those of the machine itself and, unless it means "every address", the host.
 *
 * @throws CertificateError if `host` is neither a DNS name nor an IP address
 */
export function namesFor(host: string): string[] {
  if (host === '') return LOOPBACK;
  const name = canonical(host);
  if (name === undefined) {
    throw new CertificateError(
      `Can't create a certificate for the host "${host}": it is neither a DNS name nor an IP address.`,
    );
  }
  return EVERY_ADDRESS.includes(name) ? LOOPBACK : [...new Set([...LOOPBACK, name])];
}

/** Whether clients accept the certificate for each of the names (RFC 9525). */
export function covers(certificate: X509Certificate, names: readonly string[]): boolean {
  return names.every((name) =>
    isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name, { subject: 'never' }),
  );
}

/** The DNS names, `*.example.org` included, and the addresses that a certificate is for. */
export function namesOf(certificate: X509Certificate): string[] {
  const { dns, ip } = alternativeNames(certificate.subjectAltName);
  return [...dns, ...ip]
    .map((name) => {
      if (!name.startsWith('*.')) return canonical(name);
      const rest = canonical(name.slice(2));
      return rest && `*.${rest}`;
    })
    .filter((name) => name !== undefined);
}

/** The canonical spelling of a name, by RFC 5952 (IPv6) or IDNA (DNS); undefined if it is not a name. */
export function canonical(host: string): string | undefined {
  // An IPv6 address may name the interface to use (`%eth0`), which is not part of the address.
  const authority = isIP(host) === 6 ? `[${host.replace(/%.*/, '')}]` : host.replace(/\.$/, '');
  // With this port, the text can't contain another one.
  const url = `https://${authority}:1/`;
  if (!URL.canParse(url)) return undefined;
  const { hostname, href } = new URL(url);
  // It differs if the text contains a path, a user or a query.
  if (href !== `https://${hostname}:1/`) return undefined;
  const name = hostname.replace(/^\[|\]$/g, '');
  return isIP(name) || DNS_NAME.test(name) ? name : undefined;
}
