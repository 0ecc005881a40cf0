/** A private key with its certificate, checked and ready for `https.createServer` or `http2.createSecureServer`. */
export interface Credentials {
  /** The private key as PEM, decrypted. */
  readonly key: string;
  /** The certificate as PEM, followed by the rest of its chain, if any. */
  readonly cert: string;
  /** The absolute path that the key was read from; undefined if it was given as PEM. */
  readonly keyFile: string | undefined;
  /** The absolute path that the certificate was read from; undefined if it was given as PEM. */
  readonly certFile: string | undefined;
  /** When the certificate expires. */
  readonly notAfter: Date;
  /** The SHA-256 fingerprint of the certificate, as pairs of hexadecimal digits between colons. */
  readonly fingerprint256: string;
}

/** Credentials that were read from files. */
export interface FileCredentials extends Credentials {
  readonly keyFile: string;
  readonly certFile: string;
}
