/** Credentials that tie an ACME account to an account at the authority (external account binding, RFC 8555 section 7.3.4). */
export interface AcmeAccountBinding {
  readonly kid: string;
  /** The MAC key, in base64url, as authorities show it. */
  readonly hmacKey: string;
}

/** Sets the DNS records that prove control over names, for DNS-01 (RFC 8555 section 8.4). */
export interface AcmeDns {
  /**
   * Adds a TXT record, next to others of that name, and resolves once the authority's resolvers can see it.
   *
   * @param name such as `_acme-challenge.example.org`
   */
  set(name: string, value: string): Promise<void> | void;
  /** Removes the record. */
  remove(name: string, value: string): Promise<void> | void;
}

/** How a server gets its certificate from an ACME authority, and renews it (RFC 8555). */
export interface AcmeOptions {
  /** The DNS names of the certificate. A wildcard (`*.example.org`) needs `dns`. */
  readonly domains: readonly string[];
  /** Where the authority may reach the operator. Default: none. */
  readonly email?: string | undefined;
  /**
   * The authority's directory. Default: Let's Encrypt in production; in development, none is asked and the server uses a
   * development certificate.
   */
  readonly directoryUrl?: string | undefined;
  /** PEM roots to trust in requests to the authority, if it has a certificate of its own making. Default: Node's. */
  readonly ca?: string | Uint8Array | undefined;
  /**
   * Where the account and the certificates are stored. Processes that share it share the certificates. Default: `acme` in
   * the directory that systemd's `StateDirectory=` names, otherwise `.blaize/acme` in the working directory.
   */
  readonly directory?: string | undefined;
  /** For authorities that require an account with them, such as ZeroSSL and Google. Default: none. */
  readonly eab?: AcmeAccountBinding | undefined;
  /**
   * How to prove control over the names: by TLS-ALPN-01, for which the authority connects to port 443, or by HTTP-01, for
   * which it asks an endpoint in cleartext at port 80. Default: both; after a failure, the other one is tried first.
   */
  readonly challenges?: readonly ('tls-alpn-01' | 'http-01')[] | undefined;
  /** Uses DNS-01 for all names, in place of `challenges`. Default: none. */
  readonly dns?: AcmeDns | undefined;
}
