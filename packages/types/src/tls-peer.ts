import type { DetailedPeerCertificate } from 'node:tls';

/** Who a client is, according to a certificate that the server trusts. */
export interface ClientIdentity {
  /** The CN of the subject. Anything may be in it, so prefer the other names. */
  readonly commonName: string | undefined;
  /** The DNS names among the alternative names. */
  readonly dnsNames: readonly string[];
  /** The IP addresses among the alternative names. */
  readonly addresses: readonly string[];
  /** The e-mail addresses among the alternative names. */
  readonly emails: readonly string[];
  /** The URIs among the alternative names. */
  readonly uris: readonly string[];
  /** `spiffe://example.org/billing`, if the certificate is an X.509-SVID: it has this URI and no other. */
  readonly spiffeId: string | undefined;
  /** SHA-256, as pairs of hexadecimal digits between colons. */
  readonly fingerprint256: string;
  /** Hexadecimal digits. Unique among the certificates of one authority. */
  readonly serialNumber: string;
}

/** What TLS knows of a connection and of the client at its other end. */
export interface TlsPeer {
  /** Whether the client's certificate was checked against `tls.ca` and found valid, and has not expired. */
  readonly authorized: boolean;
  /** Who the client is; undefined unless `authorized`. */
  readonly client: ClientIdentity | undefined;
  /**
   * The client's certificate, if it sent one, whether or not it is trusted: look at `authorized` first, or use `client`. The
   * server asks for it only with `tls.requestCert`. In a resumed session, it lacks its issuers.
   */
  readonly certificate: DetailedPeerCertificate | undefined;
  /** The TLS version: `TLSv1.3`. */
  readonly protocol: string | undefined;
  /** The cipher suite by its IANA name: `TLS_AES_128_GCM_SHA256`. */
  readonly cipher: string | undefined;
  /** The name that the client asked for (SNI, RFC 6066 section 3). */
  readonly servername: string | undefined;
}
