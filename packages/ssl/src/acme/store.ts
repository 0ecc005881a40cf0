import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { covers } from '../certificate-names.ts';
import { errorCode } from '../error-code.ts';
import { loadCertificate } from '../load-certificate.ts';

/** The certificate that is stored. */
export interface StoredCertificate {
  readonly key: string;
  readonly cert: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** What is known between attempts, across restarts and in all processes. */
export interface RenewalState {
  /** How many attempts failed since the last success. */
  readonly failures?: number | undefined;
  /** Milliseconds since 1970 before which there must be no attempt. */
  readonly retryAt?: number | undefined;
  /** The order that is in progress, and the key for its certificate. */
  readonly order?: { readonly url: string; readonly key: string } | undefined;
}

/** An account at an authority. */
export interface Account {
  readonly key: string;
  readonly url?: string | undefined;
  readonly email?: string | undefined;
}

const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----\n?/;

/** The files of one authority: its account, and the certificate for one set of names. Only the owner can read them. */
export class AcmeStore {
  /** The directory of this authority, which the lock is for. */
  readonly directory: string;
  /** The private key, followed by the certificate and its chain. */
  readonly certificateFile: string;
  readonly #root: string;
  readonly #domains: readonly string[];
  readonly #accountFile: string;
  readonly #stateFile: string;

  constructor(directory: string | undefined, directoryUrl: string, domains: readonly string[]) {
    this.#root = resolve(directory ?? defaultDirectory());
    const { host } = new URL(directoryUrl);
    this.directory = join(this.#root, `${host.replace(/[^\w.-]/g, '_')}-${hash(directoryUrl)}`);
    this.#domains = domains;
    const [first = ''] = domains;
    const name = `${first.replace('*', '_').slice(0, 100)}-${hash([...domains].sort().join(' '))}`;
    this.certificateFile = join(this.directory, `${name}.pem`);
    this.#stateFile = join(this.directory, `${name}.json`);
    this.#accountFile = join(this.directory, 'account.json');
  }

  /** Makes the directories, with mode 0700. */
  async prepare(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writePrivate(join(this.#root, '.gitignore'), '*\n');
  }

  /** Tells whether the stored certificate was replaced: a text that is then different. */
  async version(): Promise<string> {
    const info = await stat(this.certificateFile, { bigint: true }).catch(() => undefined);
    return info ? `${info.ino} ${info.mtimeNs} ${info.size}` : '';
  }

  /**
   * The stored certificate. Undefined if there is none.
   *
   * @throws CertificateError if it has expired, is damaged, or lacks a name
   */
  async certificate(): Promise<StoredCertificate | undefined> {
    const pem = await readFile(this.certificateFile, 'utf8').catch(ignoreMissing);
    if (pem === undefined) return undefined;
    await chmod(this.certificateFile, 0o600).catch(() => undefined);
    return checkCertificate(KEY.exec(pem)?.[0] ?? '', pem.replace(KEY, ''), this.#domains);
  }

  async saveCertificate({ key, cert }: StoredCertificate): Promise<void> {
    await writePrivate(this.certificateFile, `${key.trim()}\n${cert.trim()}\n`);
  }

  async account(): Promise<Account | undefined> {
    const { key, url, email } = await readJson(this.#accountFile);
    if (typeof key !== 'string' || !KEY.test(key)) return undefined;
    return { key, ...(typeof url === 'string' && { url }), ...(typeof email === 'string' && { email }) };
  }

  async saveAccount(account: Account): Promise<void> {
    await writePrivate(this.#accountFile, JSON.stringify(account));
  }

  /** What is damaged is forgotten. */
  async state(): Promise<RenewalState> {
    const { failures, retryAt, order } = await readJson(this.#stateFile);
    const { url, key } = (order ?? {}) as Record<string, unknown>;
    const hasOrder = typeof url === 'string' && typeof key === 'string' && KEY.test(key);
    return {
      ...(Number.isSafeInteger(failures) && { failures: failures as number }),
      ...(Number.isFinite(retryAt) && { retryAt: retryAt as number }),
      ...(hasOrder && { order: { url, key } }),
    };
  }

  async saveState(state: RenewalState): Promise<void> {
    await writePrivate(this.#stateFile, JSON.stringify(state));
  }
}

/** @throws CertificateError if a server can't use the pair for these names */
export async function checkCertificate(
  key: string,
  cert: string,
  domains: readonly string[],
): Promise<StoredCertificate> {
  const { notAfter } = await loadCertificate({ key, cert });
  const leaf = new X509Certificate(cert);
  // A wildcard stands for any label.
  const names = domains.map((name) => name.replace('*', 'any'));
  if (!covers(leaf, names)) {
    const { CertificateError } = await import('@blaizejs/errors');
    throw new CertificateError(
      `The certificate is for ${leaf.subjectAltName ?? 'no names'}, not for ${domains.join(', ')}.`,
    );
  }
  return { key, cert, notBefore: new Date(leaf.validFrom), notAfter };
}

/** systemd names the directory that `StateDirectory=` makes, or several of them. */
function defaultDirectory(): string {
  const [state] = (process.env['STATE_DIRECTORY'] ?? '').split(':');
  return state ? join(state, 'acme') : '.blaize/acme';
}

/** Replaces a file at once: after a crash there is the old one or the new one, and the new one is on the disk. */
export async function writePrivate(file: string, content: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // Some systems can't open a directory.
  const parent = await open(resolve(file, '..')).catch(() => undefined);
  await parent?.sync().catch(() => undefined);
  await parent?.close();
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function ignoreMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
