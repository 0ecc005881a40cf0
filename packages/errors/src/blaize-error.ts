import { brand, isInstance } from './brand.ts';
import type { BlaizeErrorCode } from './codes.ts';

/**
 * An error in set-up or use. The message says what happened, where, with which value, and what to do. All errors of the
 * framework are of this class, except those that answer a request.
 *
 * `instanceof` also works for errors of other copies of this package, for this class and those of its subclasses that are
 * defined here.
 */
export class BlaizeError extends Error {
  /** @internal */
  static readonly '~brand' = /* @__PURE__ */ brand(this, 'BlaizeError');

  /** Stable across releases, for programs; the message is for people. */
  readonly code: BlaizeErrorCode | (string & {});

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this, value);
  }

  constructor(code: BlaizeErrorCode | (string & {}), message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
