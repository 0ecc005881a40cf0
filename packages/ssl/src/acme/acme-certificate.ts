import { setTimeout } from 'node:timers/promises';

import { checkOptions } from '@blaizejs/errors/internal';
import type { AcmeOptions, Logger } from '@blaizejs/types';

import type { CertificateSource, PemPair } from '../certificate-source.ts';
import { withDirectoryLock } from '../directory-lock.ts';
import { generateCertificate } from '../generate-certificate.ts';
import { openAccount } from './account.ts';
import { acmeOptions } from './acme-options.ts';
import { AcmeError, printable } from './acme-error.ts';
import { AcmeReader } from './client.ts';
import { Challenges, type ChallengeType } from './challenges.ts';
import { thumbprint } from './jws.ts';
import { obtainCertificate } from './order.ts';
import { backOff, nextLook, readWindow, remaining, renewalTime, type RenewalWindow } from './schedule.ts';
import { AcmeStore, type StoredCertificate } from './store.ts';
import { certificateId } from './x509.ts';

/** The directory of Let's Encrypt in production. */
export const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';

/** What an {@link AcmeCertificate} gets from its surroundings. */
export interface AcmeSettings {
  readonly log: Omit<Logger, 'child'>;
  /** Milliseconds between looks at the store, where another process may have put a certificate. Default: 5000. */
  readonly lookEvery?: number | undefined;
  /** Returns a number from 0 to 1. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
}

const LOOK_EVERY = 5000;
const HOUR = 3_600_000;

/**
 * A certificate that an ACME authority issues, and that is renewed before it expires. Until the first one is there, a
 * temporary one is used that nobody trusts. Failures are logged and tried again; a certificate in use stays.
 */
export class AcmeCertificate implements CertificateSource {
  readonly #options: AcmeOptions;
  readonly #url: string;
  readonly #domains: readonly string[];
  readonly #store: AcmeStore;
  readonly #challenges: Challenges;
  readonly #log: Omit<Logger, 'child'>;
  readonly #lookEvery: number;
  readonly #random: () => number;
  #use: ((pair: PemPair) => Promise<void>) | undefined;
  #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #current: StoredCertificate | undefined;
  #version = '';
  #window: RenewalWindow | undefined;
  #nextLook = 0;
  /** When it got the current certificate; 0 if an earlier process did. */
  #issued = 0;
  /** Where in the window this server renews. */
  #share: number;

  /** @throws ConfigurationError that lists every problem of the options */
  constructor(options: AcmeOptions, { log, lookEvery = LOOK_EVERY, random = Math.random }: AcmeSettings) {
    this.#options = checkOptions(acmeOptions, options);
    this.#domains = this.#options.domains;
    this.#url = options.directoryUrl ?? LETS_ENCRYPT;
    this.#store = new AcmeStore(options.directory, this.#url, this.#domains);
    this.#challenges = new Challenges(this.#store.directory, options.dns);
    this.#log = log;
    this.#lookEvery = lookEvery;
    this.#random = random;
    this.#share = random();
  }

  /** @returns the stored certificate, or a temporary one. @throws CertificateError if the store can't be used */
  async open(use: (pair: PemPair) => Promise<void>): Promise<PemPair> {
    this.#use = use;
    try {
      await this.#store.prepare();
    } catch (cause) {
      const { directory } = this.#store;
      const why = `Can't write to ${directory}: ${(cause as Error).message}. Set tls.acme.directory to a directory that the server may write to.`;
      throw new AcmeError(why, {}, { cause });
    }
    this.#version = await this.#store.version();
    this.#current = await this.#stored();
    // It expires soon, so that the statistics show that something is wrong.
    const now = Date.now();
    return (
      this.#current ??
      generateCertificate(this.#domains, { from: new Date(now - HOUR), to: new Date(now + 24 * HOUR) })
    );
  }

  listening(): void {
    if (this.#running || !this.#use) return;
    // It ends when it is closed.
    this.#running = this.#run().catch(() => undefined);
  }

  challengeCertificate(servername: string): PemPair | undefined {
    return this.#domains.includes(servername) ? this.#challenges.certificate(servername) : undefined;
  }

  httpChallenge(token: string): string | undefined {
    return this.#challenges.httpAnswer(token);
  }

  close(): void {
    this.#stopping.abort();
    this.#stopping = new AbortController();
    this.#running = undefined;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      try {
        await this.#adopt();
        if (await this.#isDue()) await this.#renewInTurn(signal);
      } catch (error) {
        signal.throwIfAborted();
        // Of the store: the disk is full, say.
        this.#report(error, Date.now() + this.#lookEvery);
      }
      await setTimeout(this.#lookEvery, undefined, { signal, ref: false });
    }
  }

  /** Uses what another process has stored. */
  async #adopt(): Promise<void> {
    const version = await this.#store.version();
    if (version === this.#version) return;
    this.#version = version;
    const stored = await this.#stored();
    if (stored && stored.cert !== this.#current?.cert) await this.#put(stored);
  }

  /** A damaged or expired file counts as none. */
  async #stored(): Promise<StoredCertificate | undefined> {
    try {
      return await this.#store.certificate();
    } catch (error) {
      const { message } = error as Error;
      this.#log.warn(
        { file: this.#store.certificateFile },
        `The stored certificate can't be used, and will be renewed. ${message}`,
      );
      return undefined;
    }
  }

  async #put(certificate: StoredCertificate): Promise<void> {
    const { key, cert, notAfter } = certificate;
    await this.#use?.({ key, cert });
    this.#current = certificate;
    this.#issued = Date.now();
    this.#window = undefined;
    this.#nextLook = 0;
    this.#share = this.#random();
    this.#log.info(
      { domains: this.#domains, notAfter },
      `The certificate for ${this.#domains.join(', ')} is in use, valid until ${notAfter.toISOString()}.`,
    );
  }

  /** Whether to try now: the certificate is old enough, and the last failure long enough ago. */
  async #isDue(): Promise<boolean> {
    if (this.#current) {
      await this.#look(this.#current);
      if (Date.now() < renewalTime(this.#current, this.#window, this.#share, this.#issued)) return false;
    }
    const { retryAt = 0 } = await this.#store.state();
    return Date.now() >= retryAt;
  }

  /** Asks the authority when to renew, from time to time (RFC 9773 section 4.3). A failure is not important. */
  async #look({ cert }: StoredCertificate): Promise<void> {
    if (Date.now() < this.#nextLook) return;
    this.#nextLook = nextLook(undefined, Date.now());
    const { signal } = this.#stopping;
    try {
      const id = await certificateId(cert);
      const client = new AcmeReader(this.#url, { ca: this.#options.ca, signal });
      const { renewalInfo } = await client.directory();
      if (renewalInfo === undefined || id === undefined) return;
      const { json, retryAt } = await client.get(`${renewalInfo.replace(/\/$/, '')}/${id}`);
      this.#window = readWindow(json);
      this.#nextLook = nextLook(retryAt, Date.now());
    } catch (error) {
      this.#log.debug({ err: error }, 'The authority did not say when to renew the certificate.');
    }
  }

  /** One process at a time; the others then use what it has stored. */
  #renewInTurn(signal: AbortSignal): Promise<void> {
    const options = { pollEvery: 250, signal };
    return withDirectoryLock(this.#store.directory, () => this.#renew(signal), options);
  }

  async #renew(signal: AbortSignal): Promise<void> {
    await this.#adopt();
    if (!(await this.#isDue())) return;
    const store = this.#store;
    const { failures = 0 } = await store.state();
    try {
      const certificate = await this.#obtain(signal, failures);
      await store.saveCertificate(certificate);
      await store.saveState({});
      this.#version = await store.version();
      await this.#put(certificate);
    } catch (error) {
      if (signal.aborted) return;
      const wait = Date.now() + backOff(failures + 1, this.#random());
      const retryAt = Math.max(wait, (error as AcmeError).retryAt ?? 0);
      const { order } = await store.state();
      await store.saveState({ failures: failures + 1, retryAt, ...(order && { order }) });
      this.#report(error, retryAt);
    }
  }

  async #obtain(signal: AbortSignal, failures: number): Promise<StoredCertificate> {
    const store = this.#store;
    const challenges = this.#challenges;
    await challenges.clear();
    const { client, key, agreedTo } = await openAccount(this.#url, this.#options, { store, signal });
    if (agreedTo !== undefined) {
      this.#log.info(
        { termsOfService: agreedTo },
        `An ACME account was created, which agrees to ${printable(agreedTo)}`,
      );
    }
    const { renewalInfo } = await client.directory();
    const replaces =
      renewalInfo !== undefined && this.#current ? await certificateId(this.#current.cert) : undefined;
    return obtainCertificate({
      client,
      store,
      challenges,
      domains: this.#domains,
      types: this.#types(failures),
      thumbprint: thumbprint(key),
      replaces,
      signal,
    });
  }

  /** Another kind is preferred after each failure: a firewall or a proxy may stand in the way of one of them. */
  #types(failures: number): ChallengeType[] {
    const { dns, challenges = ['tls-alpn-01', 'http-01'] } = this.#options;
    if (dns) return ['dns-01'];
    return failures % 2 === 0 ? [...challenges] : [...challenges].reverse();
  }

  #report(error: unknown, retryAt: number): void {
    const { message } = error as Error;
    const left = (this.#current?.notAfter.getTime() ?? 0) - Date.now();
    const state = this.#current
      ? left > 0
        ? `The current one is valid for ${remaining(left)} more`
        : 'The current one HAS EXPIRED'
      : 'There is none: clients see a temporary one, and refuse it';
    const next = new Date(retryAt).toISOString();
    this.#log.error(
      { err: error, domains: this.#domains, hoursLeft: Math.max(0, Math.floor(left / HOUR)), retryAt: next },
      `No new certificate for ${this.#domains.join(', ')}. ${message} ${state}. The next attempt is at ${next}.`,
    );
  }
}
