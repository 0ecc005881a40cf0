import { isSecretName } from '@blaizejs/errors/internal';

import { keysOf, valueAt } from './names.ts';

/** What is wrong with one field. */
export interface FormError {
  /** The name of the field, as `address.city`; empty for the form as a whole. */
  readonly name: string;
  readonly message: string;
}

/**
 * A form as it is shown: what was typed, and what is wrong with it. It never gives back passwords, other secrets, or files.
 *
 * @typeParam Name the names of the fields
 */
export class Form<Name extends string = string> {
  /** What is wrong, in the order of the schema. Empty if nothing is, or if nothing was sent yet. */
  readonly errors: readonly FormError[];
  readonly #given: unknown;
  readonly #secrets: ReadonlySet<string>;

  /** @internal */
  constructor(given: unknown, errors: readonly FormError[], secrets: ReadonlySet<string>) {
    this.#given = given;
    this.errors = errors;
    this.#secrets = secrets;
  }

  /** What is in a field; empty if nothing is, and for passwords, other secrets, and files. */
  value(name: Name): string {
    return this.values(name)[0] ?? '';
  }

  /** All that is in a field which may come several times. */
  values(name: Name): readonly string[] {
    const keys = keysOf(name);
    if (isSecret(keys, this.#secrets)) return [];
    return [valueAt(this.#given, keys)].flat().flatMap((value) => {
      if (typeof value === 'string') return [value];
      return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
    });
  }

  /** Whether a field has this value: for boxes that are checked, and options that are selected. */
  has(name: Name, value: string): boolean {
    return this.values(name).includes(value);
  }

  /** How many items a list has, to show a row for each: `lines.0.count`, `lines.1.count`. */
  count(name: Name): number {
    const value = valueAt(this.#given, keysOf(name));
    return Array.isArray(value) ? value.length : value === undefined ? 0 : 1;
  }

  /** The first thing that is wrong with a field, or with an item of it; undefined if nothing is. */
  error(name: Name | ''): string | undefined {
    const key = keysOf(name).join('.');
    const own = this.errors.find((error) => error.name === key);
    if (own || key === '') return own?.message;
    const item = `${key}.`;
    return this.errors.find(
      ({ name: each }) => each.startsWith(item) && /^\d+$/.test(each.slice(item.length)),
    )?.message;
  }

  /**
   * The same form with one more error: for what a schema can't know.
   *
   * ```ts
   * if (await users.has(value.email)) return reply(422, page(form.withError('email', 'This address has an account.')));
   * ```
   *
   * @param name empty for the form as a whole
   */
  withError(name: Name | '', message: string): Form<Name> {
    const error = { name: keysOf(name).join('.'), message };
    return new Form(this.#given, [...this.errors, error], this.#secrets);
  }
}

/** Whether a field is never shown again. */
export function isSecret(keys: readonly string[], secrets: ReadonlySet<string>): boolean {
  return secrets.has(keys.join('.')) || keys.some((key) => isSecretName(key));
}
