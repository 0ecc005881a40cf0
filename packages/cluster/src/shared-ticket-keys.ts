import type { TicketKeySource } from '@blaizejs/types/internal';

/** In a worker: the secret of the session ticket keys, which the primary replaces. */
export class SharedTicketKeys implements TicketKeySource {
  readonly #listeners = new Set<() => void>();
  #secret: Buffer;

  /** @param secret 48 bytes as base64 */
  constructor(secret: string) {
    this.#secret = Buffer.from(secret, 'base64');
  }

  get secret(): Uint8Array {
    return this.#secret;
  }

  replace(secret: string): void {
    this.#secret = Buffer.from(secret, 'base64');
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
