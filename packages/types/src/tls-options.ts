/** A key and its certificate: as PEM, or as the paths of PEM files, relative to the working directory. */
export interface KeyPair {
  readonly key?: string | Uint8Array | undefined;
  /** The certificate, followed by its intermediate certificates. */
  readonly cert?: string | Uint8Array | undefined;
  readonly keyFile?: string | undefined;
  readonly certFile?: string | undefined;
  /** For an encrypted key. */
  readonly passphrase?: string | undefined;
}

/** How a server speaks TLS. Without a certificate, development makes one; production requires one. */
export interface TlsOptions extends KeyPair {
  /** The authorities that clients' certificates are checked against. Default: those that Node trusts. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Certificate revocation lists, as PEM. */
  readonly crl?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Whether clients are asked for a certificate. Fixed once the server is made. Default: false. */
  readonly requestCert?: boolean | undefined;
  /** Whether a client without a valid certificate is refused. Fixed once the server is made. Default: as `requestCert`. */
  readonly rejectUnauthorized?: boolean | undefined;
  /** Default: `TLSv1.2` (RFC 8996 deprecates earlier ones). */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** Cipher suites in OpenSSL's form. Default: those of Node that HTTP/2 allows (RFC 9113 appendix A). */
  readonly ciphers?: string | undefined;
  /** Mozilla's recommendation for servers: `modern` is TLS 1.3 alone. Default: `intermediate`. */
  readonly profile?: 'intermediate' | 'modern' | undefined;
  /** Further certificates, by the name that the client asks for; the `*` in `*.example.org` stands for one label. */
  readonly sni?: Readonly<Record<string, KeyPair>> | undefined;
  /** 48 bytes that several processes share, to resume each other's sessions. Default: made at start. */
  readonly ticketKeys?: Uint8Array | undefined;
}

/** The TLS options that can be replaced while the server runs. */
export type TlsUpdate = Omit<TlsOptions, 'requestCert' | 'rejectUnauthorized'>;
