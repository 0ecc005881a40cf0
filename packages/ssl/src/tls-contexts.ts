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
import { deriveTicketKeys, TICKET_KEY_BYTES, ticketSecret } from './ticket-keys.ts';

/** A certificate that a server shows to its clients. */
export interface CertificateInfo {
  /** The DNS names and IP addresses that it is for. */
  readonly names: readonly string[];
  readonly notBefore: Date;
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
  'caFile',
  'crl',
  'crlFile',
  'minVersion',
  'ciphers',
  'profile',
  'sni',
  'ticketKeys',
] as const satisfies (keyof TlsOptions)[];

/** The certificates and rules that were loaded. */
interface Loaded {
  readonly given: TlsOptions;
  readonly rules: SecureContextOptions & { readonly sessionIdContext: string };
  readonly main: Credentials;
  /** By the canonical spelling of their name. */
  readonly named: ReadonlyMap<string, Credentials>;
  readonly files: readonly string[];
}

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
  readonly #loaded: Loaded;
  readonly #secret: Uint8Array;
  readonly #names: ServerNames<SecureContext>;

  private constructor(loaded: Loaded, secret: Uint8Array) {
    this.#loaded = loaded;
    this.#secret = secret;
    const { given, rules, main, named, files } = loaded;
    this.files = files;
    this.certificates = [main, ...named.values()].map(({ cert, notAfter, fingerprint256 }) => {
      const leaf = new X509Certificate(cert);
      return { names: namesOf(leaf), notBefore: new Date(leaf.validFrom), notAfter, fingerprint256 };
    });
    const names = [...named.keys(), ...this.certificates.flatMap((each) => each.names)];
    const ticketKeys = given.ticketKeys
      ? Buffer.from(given.ticketKeys)
      : deriveTicketKeys(secret, rules.sessionIdContext, names);
    const withPair = ({ key, cert }: Credentials): SecureContextOptions => ({
      ...rules,
      ticketKeys,
      key,
      cert,
    });
    this.options = Object.freeze(withPair(main));
    this.context = createSecureContext(this.options);
    this.#names = new ServerNames(
      new Map([...named].map(([name, pair]) => [name, createSecureContext(withPair(pair))])),
    );
  }

  /**
   * Loads and checks the certificates and options.
   *
   * @throws CertificateError that names the entry (`sni['*.example.org']`), the option or the file
   */
  static async load(options: TlsOptions & KeyPair): Promise<TlsContexts> {
    return new TlsContexts(await loadAll(snapshot(options)), ticketSecret());
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
    const stays: Record<string, unknown> = { ...this.#loaded.given };
    if (parts.some(([name]) => (KEY_PAIR as readonly string[]).includes(name))) {
      for (const name of KEY_PAIR) delete stays[name];
    }
    const given = snapshot({ ...stays, ...Object.fromEntries(parts) });
    return new TlsContexts(await loadAll(given), this.#secret);
  }

  /**
   * Returns contexts with new ticket keys: from what `shareTicketKeys()` was given, or else from random bytes. If the option
   * `ticketKeys` is set, they are those. No files are read.
   */
  renewTicketKeys(): TlsContexts {
    return new TlsContexts(this.#loaded, ticketSecret());
  }

  /** Whether these have the same keys, certificates and rules as others. Ticket keys may differ. */
  isSameAs(other: TlsContexts): boolean {
    return fingerprintOf(this.#loaded) === fingerprintOf(other.#loaded);
  }
}

function fingerprintOf({ rules, main, named }: Loaded): string {
  return JSON.stringify([
    rules,
    main.key,
    main.cert,
    [...named].map(([name, { key, cert }]) => [name, key, cert]),
  ]);
}

/** A copy for `update`, since the caller may have overwritten the bytes of a secret by then. */
function snapshot(options: TlsOptions): TlsOptions {
  return structuredClone(Object.fromEntries(OPTIONS.map((name) => [name, options[name]])));
}

async function loadAll(given: TlsOptions): Promise<Loaded> {
  const { files, ...rules } = await loadRules(given);
  const main = await loadCertificate(given);
  const named = new Map<string, Credentials>();
  for (const [name, pair] of Object.entries(given.sni ?? {})) {
    try {
      const canonical = serverName(name);
      if (named.has(canonical)) throw new CertificateError(`"${canonical}" has two entries. Remove one.`);
      const credentials = await loadCertificate(pair);
      checkKeyKind(main, credentials);
      named.set(canonical, credentials);
    } catch (cause) {
      if (!(cause instanceof CertificateError)) throw cause;
      throw new CertificateError(`sni['${name}']: ${cause.message}`, cause.file, { cause });
    }
  }
  const ofPairs = [main, ...named.values()].flatMap(({ keyFile, certFile }) => [keyFile, certFile]);
  const all = [...ofPairs, ...files].filter((file) => file !== undefined);
  return { given, rules, main, named, files: [...new Set(all)] };
}

/** Everything but the key pairs and ticket keys. */
async function loadRules(
  given: TlsOptions,
): Promise<Loaded['rules'] & { readonly files: readonly string[] }> {
  const policy = cipherPolicy(given);
  const { ca, crl, files } = await readClientTrust(given);
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
  return { ...policy, sessionIdContext, ...(ca && { ca }), ...(crl && { crl }), files };
}
