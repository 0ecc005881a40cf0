import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { AcmeDns } from '@blaizejs/types';

import { writePrivate } from './store.ts';
import { challengeCertificate } from './x509.ts';

/** The kinds of proof that this client can give (RFC 8555 section 8, RFC 8737). */
export type ChallengeType = 'http-01' | 'tls-alpn-01' | 'dns-01';

/** A proof of control over a name. */
export interface Proof {
  readonly type: ChallengeType;
  /** The name, without `*.`. */
  readonly name: string;
  readonly token: string;
  readonly keyAuthorization: string;
}

/**
 * The proofs that an order in progress shows to the authority. They are files, since the authority's request may reach
 * another process than the one that makes the order.
 */
export class Challenges {
  readonly #directory: string;
  readonly #dns: AcmeDns | undefined;

  constructor(directory: string, dns: AcmeDns | undefined) {
    this.#directory = join(directory, 'challenges');
    this.#dns = dns;
  }

  /** Shows a proof. @returns a function that removes it */
  async show({ type, name, token, keyAuthorization }: Proof): Promise<() => Promise<void>> {
    if (type === 'dns-01') {
      const record = `_acme-challenge.${name}`;
      const value = createHash('sha256').update(keyAuthorization).digest('base64url');
      await this.#dns?.set(record, value);
      return async () => this.#dns?.remove(record, value);
    }
    const isHttp = type === 'http-01';
    const content = isHttp
      ? { for: token, keyAuthorization }
      : { for: name, ...(await challengeCertificate(name, keyAuthorization)) };
    const file = this.#file(type, content.for);
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writePrivate(file, JSON.stringify(content));
    return () => rm(file, { force: true });
  }

  /** What to answer to a request for this token. Undefined if no order in progress has it. */
  httpAnswer(token: string): string | undefined {
    return this.#read('http-01', token)?.['keyAuthorization'];
  }

  /** The certificate for a client whose only protocol is `acme-tls/1`. */
  certificate(name: string): { key: string; cert: string } | undefined {
    const { key, cert } = this.#read('tls-alpn-01', name) ?? {};
    return key !== undefined && cert !== undefined ? { key, cert } : undefined;
  }

  /** Removes what a killed process has left. */
  async clear(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  #read(type: ChallengeType, what: string): Record<string, string> | undefined {
    try {
      const content = JSON.parse(readFileSync(this.#file(type, what), 'utf8')) as Record<string, string>;
      return content['for'] === what ? content : undefined;
    } catch {
      return undefined;
    }
  }

  /** A hash, since a client chooses the text. */
  #file(type: ChallengeType, what: string): string {
    return join(this.#directory, createHash('sha256').update(`${type} ${what}`).digest('hex'));
  }
}
