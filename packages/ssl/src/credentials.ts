/** A private key with its certificate, checked and ready for `https.createServer` or `http2.createSecureServer`. */
export interface Credentials {
  /** The private key as PEM. */
  readonly key: string;
  /** The certificate as PEM, followed by those of its chain where the file has them. */
  readonly cert: string;
  /** Where the key was read from, an absolute path. */
  readonly keyFile: string;
  /** Where the certificate was read from, an absolute path. */
  readonly certFile: string;
  /** When the certificate expires. */
  readonly notAfter: Date;
  /** The SHA-256 fingerprint of the certificate, as pairs of hexadecimal digits between colons. */
  readonly fingerprint256: string;
}
