import type { DetailedPeerCertificate } from 'node:tls';

/** What TLS knows of a connection and of the client at its other end. */
export interface TlsPeer {
  /** Whether the client's certificate was checked against `tls.ca` and found valid. */
  readonly authorized: boolean;
  /** The client's certificate, if it sent one; the server asks for it only with `tls.requestCert`. */
  readonly certificate: DetailedPeerCertificate | undefined;
  /** The TLS version: `TLSv1.3`. */
  readonly protocol: string | undefined;
  /** The cipher suite by its IANA name: `TLS_AES_128_GCM_SHA256`. */
  readonly cipher: string | undefined;
  /** The name that the client asked for (SNI, RFC 6066 section 3). */
  readonly servername: string | undefined;
}
