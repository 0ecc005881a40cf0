/** What `securityHeaders({ nonces })` puts on `ctx.state.csp`. */
export interface CspNonce {
  /**
   * The nonce of this answer, for `<script nonce="…">` and `<style nonce="…">`: 128 random bits in Base64, made when it is first
   * read. Read it before the answer is sent: the header has it too.
   */
  readonly nonce: string;
}

/** The nonce of one request. */
export class Nonce implements CspNonce {
  #value: string | undefined;

  get nonce(): string {
    return (this.#value ??= makeNonce());
  }

  /** Whether anything has read it. */
  get isMade(): boolean {
    return this.#value !== undefined;
  }
}

function makeNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}
