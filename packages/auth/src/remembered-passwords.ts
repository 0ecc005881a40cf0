import { createHmac, randomBytes } from 'node:crypto';

const MOST = 1000;

/**
 * Remembers for a while which passwords fitted which hashes. Browsers and `curl -u` send the password with each request, and
 * to check it anew each time would cost more than the request. Keeps digests under a key of this process, no passwords.
 */
export class RememberedPasswords {
  readonly #lifetime: number;
  readonly #key = randomBytes(32);
  readonly #ends = new Map<string, number>();

  /** @param lifetime in milliseconds; 0 remembers nothing */
  constructor(lifetime: number) {
    this.#lifetime = lifetime;
  }

  has(password: string, hash: string): boolean {
    if (this.#lifetime === 0) return false;
    const id = this.#idOf(password, hash);
    const end = this.#ends.get(id);
    if (end === undefined) return false;
    if (end > performance.now()) return true;
    this.#ends.delete(id);
    return false;
  }

  add(password: string, hash: string): void {
    if (this.#lifetime === 0) return;
    const [oldest] = this.#ends.keys();
    if (this.#ends.size >= MOST && oldest !== undefined) this.#ends.delete(oldest);
    this.#ends.set(this.#idOf(password, hash), performance.now() + this.#lifetime);
  }

  // A hash holds no NUL, so no two pairs are one text.
  #idOf(password: string, hash: string): string {
    return createHmac('sha256', this.#key).update(`${hash}\0${password}`).digest('base64');
  }
}
