import type { AcmeOptions } from './acme-options.ts';

/** A private key and its certificate: either as PEM (`key` and `cert`) or in PEM files (`keyFile` and `certFile`). */
export interface KeyPair {
  /** PKCS#8, PKCS#1 (RSA) or SEC1 (EC). */
  readonly key?: string | Uint8Array | undefined;
  /** The certificate, followed by the intermediate ones up to its root. */
  readonly cert?: string | Uint8Array | undefined;
  /** A relative path starts at the working directory. */
  readonly keyFile?: string | undefined;
  /** A relative path starts at the working directory. */
  readonly certFile?: string | undefined;
  /** Decrypts the key, if it is encrypted. */
  readonly passphrase?: string | undefined;
}

/** How a server speaks TLS. Without a certificate, development makes one; production requires one. */
export interface TlsOptions extends KeyPair {
  /**
   * The authorities that clients' certificates are checked against, as PEM; an empty list trusts none. Default: those
   * that Node trusts, which is rarely what you want for clients.
   */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** PEM files with more of them. Default: none. */
  readonly caFile?: string | readonly string[] | undefined;
  /**
   * Certificate revocation lists, as PEM. Once there is one, OpenSSL wants a current list from every authority in a
   * client's chain, and refuses the client otherwise. Connections that are open are not checked again;
   * `limits.maxConnectionAge` bounds how long they last. Default: none.
   */
  readonly crl?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** PEM files with more of them. Default: none. */
  readonly crlFile?: string | readonly string[] | undefined;
  /** Whether clients are asked for a certificate. Fixed once the server is made. Default: false. */
  readonly requestCert?: boolean | undefined;
  /**
   * Whether a client without a trusted certificate is refused. Fixed once the server is made. Default: the value of
   * `requestCert`.
   */
  readonly rejectUnauthorized?: boolean | undefined;
  /** Default: `TLSv1.2`, or what `profile` says. RFC 8996 deprecates the versions before 1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /**
   * Cipher suites in OpenSSL's format, in the order of the server's preference; takes precedence over `profile`. A list
   * of TLS 1.3 suites alone (`TLS_…`) switches TLS 1.2 off. Default: Node's suites (`--tls-cipher-list`) without those
   * that HTTP/2 prohibits (RFC 9113 appendix A).
   */
  readonly ciphers?: string | undefined;
  /**
   * Mozilla's "Server Side TLS" recommendation, version 6.0: `intermediate` for most servers, `modern` for TLS 1.3 only.
   * Among the suites the client chooses. Default: neither; see `ciphers`.
   */
  readonly profile?: 'intermediate' | 'modern' | undefined;
  /**
   * Further certificates by the name that the client asks for: a host name, or `*.example.org` for any one label in
   * place of the `*`. Client certificates are checked in the same way for all names.
   */
  readonly sni?: Readonly<Record<string, KeyPair>> | undefined;
  /**
   * 48 secret bytes that processes share in order to resume each other's sessions. They do so only if they check
   * clients' certificates in the same way. Default: random ones that are replaced every 12 hours, and whenever names or the
   * way in which clients are checked change; or what `shareTicketKeys()` of `@blaizejs/ssl` was given.
   */
  readonly ticketKeys?: Uint8Array | undefined;
  /**
   * Whether the server reads its certificate files again when they change. A new certificate that can't be used is
   * reported, and the old one stays. Default: true.
   */
  readonly watch?: boolean | undefined;
  /**
   * Gets the certificate from an ACME authority and renews it, in place of a key pair; see `@blaizejs/ssl/acme`. Fixed once
   * the server is made. Default: none.
   */
  readonly acme?: AcmeOptions | undefined;
}

/** The part of the TLS options that can be replaced while the server runs. */
export type TlsUpdate = Omit<TlsOptions, 'requestCert' | 'rejectUnauthorized' | 'watch' | 'acme'>;
