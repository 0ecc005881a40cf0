import tls, { createSecureContext } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';
import type { TlsOptions } from '@blaizejs/types';

import { messageOf } from './pem.ts';

/** The TLS versions and cipher suites of a server, and whether the server or the client chooses the suite. */
export interface CipherPolicy {
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers: string;
  readonly honorCipherOrder: boolean;
}

const TLS13 = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';

/** Mozilla's "Server Side TLS", version 6.0. All of its suites are strong, so the client chooses. */
const PROFILES = {
  modern: { minVersion: 'TLSv1.3', ciphers: TLS13, honorCipherOrder: false },
  intermediate: {
    minVersion: 'TLSv1.2',
    ciphers:
      `${TLS13}:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:` +
      'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305',
    honorCipherOrder: false,
  },
} as const satisfies Record<string, CipherPolicy>;

/**
 * RFC 9113 appendix A prohibits suites without ephemeral keys (kRSA) and those that are not AEAD. OpenSSL's SHA names
 * mean the MAC, which AEAD suites do not have. `!PSK` and `!aNULL` also hold if `--tls-cipher-list` lacks them. The tags of
 * CCM_8 have only 64 bits, which is for devices that can't afford more (RFC 9325 section 4.2 recommends 128).
 */
const PROHIBITED = '!kRSA:!SHA1:!SHA256:!SHA384:!PSK:!aNULL:!AESCCM8';

/**
 * @throws CertificateError if an option has an unknown value, the options contradict each other, or OpenSSL refuses the
 *   cipher string
 */
export function cipherPolicy({ minVersion, ciphers, profile }: TlsOptions): CipherPolicy {
  oneOf('minVersion', minVersion, ['TLSv1.2', 'TLSv1.3']);
  oneOf('profile', profile, Object.keys(PROFILES));
  if (profile === 'modern' && minVersion === 'TLSv1.2') {
    throw new CertificateError(
      'The profile "modern" is TLS 1.3 only, but minVersion is "TLSv1.2". Remove one of them.',
    );
  }
  const base: CipherPolicy = profile
    ? PROFILES[profile]
    : {
        minVersion: 'TLSv1.2',
        ciphers: `${tls.DEFAULT_CIPHERS}:${PROHIBITED}`,
        honorCipherOrder: true,
      };
  const policy = {
    ...base,
    ...(minVersion && { minVersion }),
    ...(ciphers !== undefined && { ciphers, honorCipherOrder: true }),
  };
  // Node reads an empty string as "the default".
  if (policy.ciphers.trim() === '') throw new CertificateError('The option "ciphers" is empty.');
  try {
    createSecureContext(policy);
  } catch (cause) {
    throw new CertificateError(
      `OpenSSL refuses the option "ciphers" (${JSON.stringify(policy.ciphers)}): ${messageOf(cause)}. ` +
        '"openssl ciphers -v" lists the names that it knows.',
      undefined,
      { cause },
    );
  }
  return policy;
}

function oneOf(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw new CertificateError(
    `The option "${name}" is ${JSON.stringify(value)}. Use ${allowed.map((one) => `"${one}"`).join(' or ')}.`,
  );
}
