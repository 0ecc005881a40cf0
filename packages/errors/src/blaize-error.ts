import { brand, isInstance } from './brand.ts';
import type { BlaizeErrorCode } from './codes.ts';

/**
 * A fault in set-up or use. The message says what happened, where, with which value, and what to do. Every error that
 * the framework throws, other than to answer a request, is one of these.
 *
 * `instanceof` holds for errors of other copies of this package too, for this class and its subclasses in here.
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
