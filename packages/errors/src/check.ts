import { BlaizeError } from './blaize-error.ts';
import { closest } from './closest.ts';
import { concealed } from './concealed.ts';
import { ConfigurationError, type ConfigurationProblem, listProblems } from './configuration-error.ts';

/** Records a problem with a value. */
export type Report = (path: string, received: unknown, expected: string, suggestion?: string) => void;

/** Checks one value and fills in defaults. Not done with zod, because loading it would add 50 ms to each start. */
export type Check<T> = (value: unknown, path: string, report: Report) => T;

/** The checks for an object's properties. */
export type Shape = Readonly<Record<string, Check<unknown>>>;

/** The result of the checks of a shape. */
export type Checked<S extends Shape> = { [Name in keyof S]: S[Name] extends Check<infer T> ? T : never };

/** A value that passes a test. @param expected describes the values that pass */
export function is<T>(expected: string, test: (value: unknown) => boolean): Check<T> {
  return (value, path, report) => {
    if (!test(value)) report(path, value, expected);
    return value as T;
  };
}

/** An optional value. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, path, report) => (value === undefined ? undefined : check(value, path, report));
}

/** An optional value with a default. */
export function orElse<T>(check: Check<T>, fallback: T): Check<T> {
  return (value, path, report) => (value === undefined ? fallback : check(value, path, report));
}

/** A list. */
export function list<T>(check: Check<T>, expected: string): Check<readonly T[]> {
  return (value, path, report) => {
    if (!Array.isArray(value)) {
      report(path, value, expected);
      return [];
    }
    return value.map((item, index) => check(item, `${path}[${index}]`, report));
  };
}

/** An object with any keys. */
export function record<T>(check: Check<T>, expected: string): Check<Readonly<Record<string, T>>> {
  return (value, path, report) => {
    if (!isObject(value)) {
      report(path, value, expected);
      return {};
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, check(item, join(path, name), report)]),
    );
  };
}

/** An object of options. Unknown keys are reported with a suggestion. */
export function options<S extends Shape>(
  shape: S,
  expected: string,
  refine?: (given: Readonly<Record<string, unknown>>, path: string, report: Report) => void,
): Check<Checked<S>> {
  const names = Object.keys(shape);
  return (value, path, report) => {
    // A schema where options are expected would be called an object of unknown ones.
    if (!isObject(value) || '~standard' in value) {
      report(path, value, expected);
      return {} as Checked<S>;
    }
    const checked: Record<string, unknown> = {};
    for (const name of names) {
      const result = shape[name]?.(value[name], join(path, name), report);
      if (result !== undefined) checked[name] = result;
    }
    refine?.(value, path, report);
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(shape, name)) continue;
      report(
        join(path, name),
        value[name],
        `one of the options ${names.join(', ')}`,
        didYouMean(name, names),
      );
    }
    return checked as Checked<S>;
  };
}

/**
 * Runs a check.
 *
 * @param of the function that takes the options, for the message: `createCache()`
 * @throws ConfigurationError that lists every problem, and shows no value that may be a secret
 */
export function checkOptions<T>(check: Check<T>, value: unknown, of?: string): T {
  const { checked, problems } = runCheck(check, value);
  if (problems.length > 0) throw new ConfigurationError(problems, of);
  return checked;
}

/**
 * Checks the options of a built-in middleware.
 *
 * @param name of the function that takes the options: `cors`
 * @returns the options, with all defaults filled in
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists every problem
 */
export function checkBuiltIn<T>(name: string, check: Check<T>, value: unknown): T {
  const { checked, problems } = runCheck(check, value);
  if (problems.length === 0) return checked;
  if (isContext(value)) {
    throw new BlaizeError(
      'ERR_BLAIZE_MIDDLEWARE_OPTIONS',
      `${name}() expects options, and received the context of a request: call it where you add it, as in middleware: [${name}(…)].`,
    );
  }
  throw new BlaizeError(
    'ERR_BLAIZE_MIDDLEWARE_OPTIONS',
    `The options of ${name}() have ${listProblems(problems)}`,
  );
}

/** Middleware that is added without being called gets a context in place of its options. */
function isContext(value: unknown): boolean {
  return isObject(value) && 'request' in value && 'response' in value && 'state' in value;
}

/** Runs a check and returns every problem. */
export function problemsWith(check: Check<unknown>, value: unknown): ConfigurationProblem[] {
  return runCheck(check, value).problems;
}

function runCheck<T>(
  check: Check<T>,
  value: unknown,
): { readonly checked: T; readonly problems: ConfigurationProblem[] } {
  const problems: ConfigurationProblem[] = [];
  const checked = check(value, '', (path, received, expected, suggestion) => {
    const shown = concealed(path, received, suggestion);
    problems.push({ path: path || 'options', received: shown, expected, ...(suggestion && { suggestion }) });
  });
  return { checked, problems };
}

/**
 * The part of a value that {@link options} should check. An instance of a class may have its own state: of its other keys,
 * only those that look like typos are kept.
 */
export function withoutState(value: unknown, names: readonly string[]): unknown {
  if (!isObject(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return value;
  const slips = Object.keys(value).filter((key) => didYouMean(key, names) !== undefined);
  return Object.fromEntries([...names, ...slips].flatMap((key) => (key in value ? [[key, value[key]]] : [])));
}

/** Suggests a known name for an unknown one, as a question; undefined if none is close. */
export function didYouMean(name: string, known: readonly string[]): string | undefined {
  const meant = closest(name, known);
  return meant === undefined ? undefined : `Did you mean \`${meant}\`?`;
}

export const flag = is<boolean>('true or false', (value) => typeof value === 'boolean');
export const positive = is<number>('a whole number above 0', (value) => isInteger(value, 1, Infinity));
export const text = (expected: string): Check<string> =>
  is(expected, (value) => typeof value === 'string' && value !== '');
/** A function. @param form what it takes and returns: `(ctx) that returns a key` */
export const callback = <T extends (...args: never[]) => unknown>(form?: string): Check<T> =>
  is<T>(form === undefined ? 'a function' : `a function ${form}`, (value) => typeof value === 'function');
export const oneOf = <const T extends readonly string[]>(...values: T): Check<T[number]> =>
  is(values.map((value) => JSON.stringify(value)).join(' or '), (value) => values.includes(value as string));

export function isInteger(value: unknown, min: number, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}

/** Whether a value has a method of that name. */
export function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function';
}

/** Whether a value is an object, but not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The path of a property. */
export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
