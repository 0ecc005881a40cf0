import type { KeyObject } from 'node:crypto';

import { AcmeError, toAcmeError } from './acme-error.ts';
import { type Answer, ask, retryAt } from './https.ts';
import { signRequest } from './jws.ts';

/** The URLs of an ACME server (RFC 8555 section 7.1.1). */
export interface Directory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  /** RFC 9773. */
  readonly renewalInfo?: string | undefined;
  readonly termsOfService?: string | undefined;
  readonly requiresBinding: boolean;
}

/** An answer whose body is JSON. */
export interface JsonAnswer extends Answer {
  readonly json: Readonly<Record<string, unknown>>;
  readonly location: string | undefined;
  readonly retryAt: number | undefined;
}

const NONCE_ATTEMPTS = 12;
const NONCE = /^[\w-]{1,512}$/;

/** How to reach an ACME server. */
export interface Reach {
  /** PEM roots to trust; otherwise Node's. */
  readonly ca?: string | Uint8Array | undefined;
  readonly signal: AbortSignal;
}

/** What an ACME server tells everybody. */
export class AcmeReader {
  protected readonly reach: Reach;
  readonly #url: string;
  #directory: Promise<Directory> | undefined;

  constructor(directoryUrl: string, reach: Reach) {
    this.#url = directoryUrl;
    this.reach = reach;
  }

  /** @throws AcmeError if it is not the directory of an ACME server */
  directory(): Promise<Directory> {
    return (this.#directory ??= this.#readDirectory());
  }

  /** Reads a resource that needs no signature. @throws AcmeError */
  async get(url: string): Promise<JsonAnswer> {
    const answer = await ask(url, { ...this.reach, method: 'GET' });
    if (answer.status !== 200) throw failure(url, answer);
    return toJson(answer);
  }

  async #readDirectory(): Promise<Directory> {
    const { json } = await this.get(this.#url);
    const url = (name: string): string => {
      const value = json[name];
      if (typeof value === 'string') return value;
      throw new AcmeError(`${this.#url} is not the directory of an ACME server: it has no "${name}".`);
    };
    const meta = (json['meta'] ?? {}) as Record<string, unknown>;
    const { renewalInfo } = json;
    const { termsOfService, externalAccountRequired } = meta;
    return {
      newNonce: url('newNonce'),
      newAccount: url('newAccount'),
      newOrder: url('newOrder'),
      renewalInfo: typeof renewalInfo === 'string' ? renewalInfo : undefined,
      termsOfService: typeof termsOfService === 'string' ? termsOfService : undefined,
      requiresBinding: externalAccountRequired === true,
    };
  }
}

/** Signed requests to one ACME server, for one account. */
export class AcmeClient extends AcmeReader {
  /** The URL of the account, once it is known. */
  kid: string | undefined;
  readonly #key: KeyObject;
  #nonce: string | undefined;

  constructor(directoryUrl: string, key: KeyObject, reach: Reach) {
    super(directoryUrl, reach);
    this.#key = key;
  }

  /**
   * Sends a signed request, and again if the server does not accept its nonce (RFC 8555 section 6.5).
   *
   * @param payload undefined for POST-as-GET
   * @throws AcmeError with the problem that the server reports
   */
  async post(url: string, payload?: unknown, isNew = false): Promise<JsonAnswer> {
    const answer = await this.#send(url, payload, isNew);
    return toJson(answer);
  }

  /** Reads a resource that is not JSON. @throws AcmeError */
  async text(url: string): Promise<string> {
    return (await this.#send(url, undefined, false)).body;
  }

  async #send(url: string, payload: unknown, isNew: boolean): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const nonce = await this.#takeNonce();
      const kid = isNew ? undefined : this.kid;
      const body = signRequest(this.#key, { url, nonce, kid, payload });
      const answer = await ask(url, { ...this.reach, method: 'POST', body });
      this.#keepNonce(answer);
      if (answer.status >= 200 && answer.status < 300) return answer;
      const error = failure(url, answer);
      if (error.type !== 'badNonce' || attempt === NONCE_ATTEMPTS) throw error;
    }
  }

  async #takeNonce(): Promise<string> {
    if (this.#nonce === undefined) {
      const { newNonce } = await this.directory();
      const answer = await ask(newNonce, { ...this.reach, method: 'HEAD' });
      if (answer.status < 200 || answer.status >= 300) throw failure(newNonce, answer);
      this.#keepNonce(answer);
    }
    const nonce = this.#nonce;
    this.#nonce = undefined;
    if (nonce === undefined) throw new AcmeError('The authority gives no nonces (RFC 8555 section 7.2).');
    return nonce;
  }

  #keepNonce({ headers: { 'replay-nonce': nonce } }: Answer): void {
    this.#nonce = typeof nonce === 'string' && NONCE.test(nonce) ? nonce : undefined;
  }
}

function failure(url: string, answer: Answer): AcmeError {
  const { status, headers } = answer;
  const { host, pathname } = new URL(url);
  return toAcmeError(`The authority refused ${host}${pathname}`, parse(answer.body), {
    status,
    retryAt: retryAt(headers),
  });
}

function toJson(answer: Answer): JsonAnswer {
  const json = parse(answer.body);
  if (json === undefined) throw new AcmeError('An answer of the authority is not a JSON object.');
  return { ...answer, json, location: answer.headers.location, retryAt: retryAt(answer.headers) };
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
