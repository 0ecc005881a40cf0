const HIDDEN = '[secret]';

/**
 * A value that is not printed: as text, in JSON, in a template and in `console.log()` it is `[secret]`.
 * {@link Secret.reveal} returns the value.
 */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
    Object.freeze(this);
  }

  /** The value. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN;
  }
}

/**
 * Wraps a value in a {@link Secret}. Use it as a transform, at the end of a schema:
 *
 * ```ts
 * z.string().min(8).transform(secret);
 * ```
 */
export function secret<T>(value: T): Secret<T> {
  return new Secret(value);
}
