/** A description of an error that any log can write: plain values only. */
export interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: DescribedError | undefined;
  readonly errors?: readonly DescribedError[] | undefined;
  /** Further properties that are strings, numbers or booleans, such as `code` and `errno`. */
  readonly [name: string]: unknown;
}

const MAX_ERRORS = 16;
const MAX_DEPTH = 8;
const MAX_PROPERTIES = 32;
const OWN = new Set(['message', 'stack', 'cause', 'errors', 'type', 'name']);

/**
 * Describes an error in plain values, for a log that can't write the error itself because it is frozen, is cyclic, has
 * thousands of causes, or has getters that throw. Stops after 16 errors and 8 levels. Never throws.
 */
export function describeError(error: unknown): DescribedError {
  return new Description().of(error, 0) ?? { type: typeof error, message: 'could not be read' };
}

class Description {
  readonly #seen = new Set<unknown>();

  of(error: unknown, depth: number): DescribedError | undefined {
    if (depth > MAX_DEPTH || this.#seen.size >= MAX_ERRORS || this.#seen.has(error)) return undefined;
    this.#seen.add(error);
    if (typeof error !== 'object' || error === null) {
      return { type: typeof error, message: typeof error === 'function' ? 'a function' : String(error) };
    }
    const message = read(error, 'message');
    const stack = read(error, 'stack');
    const cause = read(error, 'cause');
    const inner = cause === undefined || cause === null ? undefined : this.of(cause, depth + 1);
    const errors = listOf(read(error, 'errors')).flatMap((one) => this.of(one, depth + 1) ?? []);
    return {
      ...propertiesOf(error),
      type: typeOf(error),
      message: typeof message === 'string' ? message : 'could not be read',
      ...(typeof stack === 'string' && { stack }),
      ...(inner && { cause: inner }),
      ...(errors.length > 0 && { errors }),
    };
  }
}

function typeOf(error: object): string {
  const name = read(error, 'name');
  return typeof name === 'string' && name !== '' ? name : 'Error';
}

function propertiesOf(error: object): Record<string, unknown> {
  try {
    const names = Object.keys(error)
      .filter((name) => !OWN.has(name))
      .slice(0, MAX_PROPERTIES);
    return Object.fromEntries(
      names
        .map((name) => [name, read(error, name)] as const)
        .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)),
    );
  } catch {
    return {};
  }
}

function listOf(value: unknown): unknown[] {
  try {
    return Array.isArray(value) ? value.slice(0, MAX_ERRORS) : [];
  } catch {
    return [];
  }
}

function read(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}
