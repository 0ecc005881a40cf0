import { createHash, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';
import type { KeyPair, TlsOptions, TlsUpdate } from '@blaizejs/types';

import { namesOf } from './certificate-names.ts';
import { cipherPolicy } from './cipher-policy.ts';
import { readClientTrust } from './client-trust.ts';
import type { Credentials } from './credentials.ts';
import { checkKeyKind } from './key-kinds.ts';
import { loadCertificate } from './load-certificate.ts';
import { ServerNames, serverName } from './server-names.ts';

/** A certificate that a server shows to its clients. */
export interface CertificateInfo {
  /** The DNS names and IP addresses that it is for. */
  readonly names: readonly string[];
  readonly notAfter: Date;
  /** SHA-256, as pairs of hexadecimal digits between colons. */
  readonly fingerprint256: string;
}

const KEY_PAIR = ['key', 'cert', 'keyFile', 'certFile', 'passphrase'] as const;
const FIXED = ['requestCert', 'rejectUnauthorized'] as const;
const OPTIONS = [
  ...KEY_PAIR,
  ...FIXED,
  'ca',
  'crl',
  'minVersion',
  'ciphers',
  'profile',
  'sni',
  'ticketKeys',
] as const satisfies (keyof TlsOptions)[];
const TICKET_KEY_BYTES = 48;

/**
 * The TLS contexts of a server: the default one, and one for each name in `sni`.
 *
 * All of them have the same `ca`, `crl`, `minVersion`, `ciphers` and `ticketKeys`, because a session that was created under
 * one name may be resumed under another without a new check. For the same reason, a session cannot be resumed once any of
 * these, `requestCert` or `rejectUnauthorized` has changed: only a server that checks clients in the same way resumes it,
 * even if others share `ticketKeys`.
 */
export class TlsContexts {
  /** For `tls.createServer`, `http2.createSecureServer` and `server.setSecureContext()`. */
  readonly options: Readonly<SecureContextOptions>;
  /** The default context, for clients that ask for no name or an unknown one. */
  readonly context: SecureContext;
  /** The absolute paths of the files that were read, so that they can be watched. */
  readonly files: readonly string[];
  /** The default certificate, followed by those of `sni` in order. */
  readonly certificates: readonly CertificateInfo[];
  readonly #given: TlsOptions;
  readonly #names: ServerNames<SecureContext>;

  private constructor(
    given: TlsOptions,
    options: SecureContextOptions,
    names: ServerNames<SecureContext>,
    loaded: readonly Credentials[],
  ) {
    this.#given = given;
    this.#names = names;
    this.options = Object.freeze(options);
    this.context = createSecureContext(options);
    const files = loaded.flatMap(({ keyFile, certFile }) => [keyFile, certFile]);
    this.files = [...new Set(files.filter((file) => file !== undefined))];
    this.certificates = loaded.map(({ cert, notAfter, fingerprint256 }) => ({
      names: namesOf(new X509Certificate(cert)),
      notAfter,
      fingerprint256,
    }));
  }

  /**
   * Loads and checks the certificates and options.
   *
   * @throws CertificateError that names the entry (`sni['*.example.org']`), the option or the file
   */
  static async load(options: TlsOptions & KeyPair): Promise<TlsContexts> {
    const given = snapshot(options);
    const shared = sharedOptions(given);
    const main = await loadCertificate(given);
    const loaded: Credentials[] = [main];
    const contexts = new Map<string, SecureContext>();
    for (const [name, pair] of Object.entries(given.sni ?? {})) {
      try {
        const canonical = serverName(name);
        if (contexts.has(canonical))
          throw new CertificateError(`"${canonical}" has two entries. Remove one.`);
        const credentials = await loadCertificate(pair);
        checkKeyKind(main, credentials);
        loaded.push(credentials);
        contexts.set(canonical, createSecureContext(withPair(shared, credentials)));
      } catch (cause) {
        if (!(cause instanceof CertificateError)) throw cause;
        throw new CertificateError(`sni['${name}']: ${cause.message}`, cause.file, { cause });
      }
    }
    return new TlsContexts(given, withPair(shared, main), new ServerNames(contexts), loaded);
  }

  /**
   * The context for a name that a client asks for: the one for exactly this name, or for this name with `*` as its first
   * label. Case and a trailing dot make no difference. Undefined if there is neither; the default context then applies.
   */
  find(servername: string): SecureContext | undefined {
    return this.#names.find(servername);
  }

  /**
   * Returns new contexts, in which the given parts replace the current ones. These contexts do not change. A key pair is one
   * part, and so is `sni` as a whole. All files are read again: `update({})` picks up renewed ones.
   *
   * @throws CertificateError like `load`, and if `requestCert` or `rejectUnauthorized` is given
   */
  async update(update: TlsUpdate): Promise<TlsContexts> {
    const parts = Object.entries(update).filter(([, value]) => value !== undefined);
    for (const [name] of parts) {
      if ((FIXED as readonly string[]).includes(name)) {
        throw new CertificateError(`The option "${name}" can't be changed while the server runs.`);
      }
    }
    const stays: Record<string, unknown> = { ...this.#given };
    if (parts.some(([name]) => (KEY_PAIR as readonly string[]).includes(name))) {
      for (const name of KEY_PAIR) delete stays[name];
    }
    return TlsContexts.load({ ...stays, ...Object.fromEntries(parts) });
  }
}

/** A copy for `update`, since the caller may have overwritten the bytes of a secret by then. */
function snapshot(options: TlsOptions): TlsOptions {
  return structuredClone(Object.fromEntries(OPTIONS.map((name) => [name, options[name]])));
}

function withPair(shared: SecureContextOptions, { key, cert }: Credentials): SecureContextOptions {
  return { ...shared, key, cert };
}

/** Everything but the key pair. */
function sharedOptions(given: TlsOptions): SecureContextOptions {
  const policy = cipherPolicy(given);
  const { ca, crl } = readClientTrust(given);
  const { ticketKeys, requestCert = false, rejectUnauthorized = requestCert } = given;
  if (ticketKeys !== undefined && ticketKeys.byteLength !== TICKET_KEY_BYTES) {
    throw new CertificateError(
      `The option "ticketKeys" has ${ticketKeys.byteLength} bytes. It needs exactly ${TICKET_KEY_BYTES}: ` +
        'crypto.randomBytes(48).',
    );
  }
  // OpenSSL resumes only sessions with the same session id context. Node's default is a hash of the command line: a server
  // that requires a certificate would then resume, unchecked, a session of one that doesn't.
  const rules = JSON.stringify([requestCert, rejectUnauthorized, ca, crl, policy]);
  const sessionIdContext = createHash('sha256').update(rules).digest('base64url').slice(0, 32);
  return {
    ...policy,
    sessionIdContext,
    ...(ca && { ca }),
    ...(crl && { crl }),
    ...(ticketKeys && { ticketKeys: Buffer.from(ticketKeys) }),
  };
}
