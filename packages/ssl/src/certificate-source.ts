import type { KeyPair } from '@blaizejs/types';

/** A private key and its certificate as PEM. */
export interface PemPair {
  readonly key: string;
  readonly cert: string;
}

/** Where the certificates of a server come from, if not from its options: an ACME client, say. */
export interface CertificateSource {
  /**
   * Called before sockets are bound.
   *
   * @param use replaces the certificate in the running server; rejects with a CertificateError if it can't be used, and the
   *   old one then stays. It waits for `open()`, so don't wait for it in there
   * @returns the certificate to begin with
   */
  open(use: (pair: KeyPair) => Promise<void>): Promise<KeyPair>;
  /** Called when all sockets are bound, so that an authority can reach them; perhaps more than once. */
  listening?(): void;
  /** The certificate for a client whose only protocol is `acme-tls/1` (RFC 8737). Nobody else gets to see it. */
  challengeCertificate?(servername: string): PemPair | undefined;
  /**
   * The answer to `GET /.well-known/acme-challenge/<token>` on a redirecting endpoint (RFC 8555 section 8.3). Undefined: the
   * request is redirected like any other.
   */
  httpChallenge?(token: string): string | undefined;
  /** Called when the last socket is closed. The source may be opened again. */
  close(): void;
}
