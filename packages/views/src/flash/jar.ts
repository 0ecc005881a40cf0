import { randomBytes } from 'node:crypto';

import { cookiePairs } from '@blaizejs/middleware/internal';
import type { Context } from '@blaizejs/types';

import type { Sealer } from './seal.ts';

/** A message for the next page. */
export interface FlashMessage {
  /** What it is about, for its look: `success`, `error`. */
  readonly kind: string;
  readonly text: string;
}

/** A cookie with the messages of one answer. */
export interface Kept {
  readonly name: string;
  /** When it was set; 0 if it can't be read. */
  readonly at: number;
  readonly messages: readonly FlashMessage[];
}

// Milliseconds. The next page comes at once, or not at all.
const LIFETIME = 10 * 60_000;
// Characters of one cookie. Servers and proxies bound the header of a request, often to 8 KiB.
const MAX_VALUE = 1_500;
const MAX_KEPT = 3;
// A client may have sent any number.
const MAX_READ = 8;

type Answering = Pick<Context, 'request' | 'response'>;

/**
 * Each answer with messages has a cookie of its own. So answers at the same time, in other tabs, do not overwrite each other's, and
 * a page removes only what it has shown.
 */
export class FlashJar {
  readonly #sealer: Sealer;
  readonly #prefix: string;
  // Others are not ours to remove, and may have characters that no cookie may be set with.
  readonly #names: RegExp;
  readonly #secure: boolean;

  constructor(sealer: Sealer, secure: boolean) {
    this.#sealer = sealer;
    this.#secure = secure;
    this.#prefix = secure ? '__Host-flash-' : 'flash-';
    this.#names = new RegExp(`^${this.#prefix}[\\da-f]{12}$`);
  }

  /** What the client has sent, oldest first. */
  read(header: string | undefined): readonly Kept[] {
    if (header === undefined || !header.includes(this.#prefix)) return [];
    const kept: Kept[] = [];
    for (const [name, value] of cookiePairs(header)) {
      if (!this.#names.test(name) || kept.some((each) => each.name === name)) continue;
      kept.push(this.#open(name, value));
      if (kept.length === MAX_READ) break;
    }
    return kept.sort((a, b) => a.at - b.at);
  }

  /** Whether so many messages fit into one cookie. */
  fits(messages: readonly FlashMessage[]): boolean {
    return this.#seal('', messages).length <= MAX_VALUE;
  }

  /** Keeps messages for the next page, and drops the oldest if there are too many. */
  set({ response }: Answering, messages: readonly FlashMessage[], before: readonly Kept[]): void {
    const name = `${this.#prefix}${randomBytes(6).toString('hex')}`;
    response.cookie(name, this.#seal(name, messages), { ...this.#options, maxAge: LIFETIME / 1000 });
    this.remove({ response }, before.slice(0, Math.max(0, before.length + 1 - MAX_KEPT)));
  }

  remove({ response }: Pick<Answering, 'response'>, kept: readonly Kept[]): void {
    for (const { name } of kept) response.cookie(name, undefined, this.#options);
  }

  get #options(): { secure: boolean; sameSite: 'lax'; path: '/' } {
    return { secure: this.#secure, sameSite: 'lax', path: '/' };
  }

  #seal(name: string, messages: readonly FlashMessage[]): string {
    return this.#sealer.seal(
      JSON.stringify([Date.now(), ...messages.flatMap(({ kind, text }) => [kind, text])]),
      name,
    );
  }

  #open(name: string, value: string): Kept {
    const text = value.length > MAX_VALUE ? undefined : this.#sealer.open(value, name);
    if (text === undefined) return { name, at: 0, messages: [] };
    const [at, ...rest] = JSON.parse(text) as [number, ...string[]];
    if (Date.now() - at > LIFETIME) return { name, at, messages: [] };
    const messages: FlashMessage[] = [];
    for (let index = 0; index < rest.length; index += 2) {
      messages.push({ kind: rest[index] ?? '', text: rest[index + 1] ?? '' });
    }
    return { name, at, messages };
  }
}
