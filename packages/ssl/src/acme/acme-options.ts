import { isIP } from 'node:net';

import { callback, type Check, is, list, optional, options, text } from '@blaizejs/errors/internal';
import type { AcmeDns, AcmeOptions } from '@blaizejs/types';

import { canonical } from '../certificate-names.ts';

/** The largest number of names that Let's Encrypt puts into a certificate. */
const MAX_DOMAINS = 100;
const MAIL = /^[^\s@?,&]+@[^\s@?,&]+$/;

const CHALLENGES: readonly string[] = ['tls-alpn-01', 'http-01'];
const NAMES = "a list of 1 to 100 DNS names: ['example.org']";

/** A name in lower case, with IDNA applied; undefined if no public authority issues a certificate for it. */
function domainOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const star = value.startsWith('*.') ? '*.' : '';
  const name = canonical(value.slice(star.length));
  return name === undefined || isIP(name) || !name.includes('.') ? undefined : star + name;
}

const domain: Check<string> = (value, path, report) => {
  const name = domainOf(value);
  if (name === undefined) report(path, value, 'a public DNS name, such as example.org or *.example.org');
  return name ?? '';
};
const domains = list(domain, NAMES);

const isHttps = (value: unknown): boolean =>
  typeof value === 'string' && URL.canParse(value) && new URL(value).protocol === 'https:';

/** The option `tls.acme`. */
export const acmeOptions: Check<AcmeOptions> = options(
  {
    domains: (value, path, report) => {
      const names = [...new Set(domains(value, path, report))];
      if (Array.isArray(value) && (names.length === 0 || names.length > MAX_DOMAINS))
        report(path, value, NAMES);
      return names;
    },
    email: optional(
      is<string>('an e-mail address', (value) => typeof value === 'string' && MAIL.test(value)),
    ),
    directoryUrl: optional(is<string>("the https:// URL of an ACME server's directory", isHttps)),
    ca: optional(
      is<string | Uint8Array>(
        'PEM, as text or bytes',
        (value) => (typeof value === 'string' && value !== '') || value instanceof Uint8Array,
      ),
    ),
    directory: optional(text('the path of a directory')),
    eab: optional(
      options(
        { kid: text('the key id'), hmacKey: text('the MAC key, in base64url') },
        'an object { kid, hmacKey }',
      ),
    ),
    challenges: optional(
      is<readonly ('tls-alpn-01' | 'http-01')[]>(
        "a list of 'tls-alpn-01' and 'http-01'",
        (value) =>
          Array.isArray(value) &&
          value.length > 0 &&
          value.every((one) => CHALLENGES.includes(one as string)),
      ),
    ),
    dns: optional(
      options(
        {
          set: callback<AcmeDns['set']>('(name, value)'),
          remove: callback<AcmeDns['remove']>('(name, value)'),
        },
        'an object { set(name, value), remove(name, value) }',
      ),
    ),
  },
  "an object such as { domains: ['example.org'] }",
  (given, path, report) => {
    const { domains: names, dns } = given;
    if (dns !== undefined || !Array.isArray(names)) return;
    const wildcard = names.findIndex((name) => typeof name === 'string' && name.startsWith('*.'));
    if (wildcard === -1) return;
    const wanted = `a name without *, or tls.acme.dns as well: wildcards need DNS-01`;
    report(`${path === '' ? '' : `${path}.`}domains[${wildcard}]`, names[wildcard], wanted);
  },
);
