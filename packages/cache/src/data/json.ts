import { BlaizeError } from '@blaizejs/errors';

/**
 * Writes a value as JSON, if it would come back as the same: properties that are `undefined` are left out, and everything else
 * that JSON changes or drops is refused. Undefined for `undefined`.
 *
 * @throws BlaizeError `ERR_BLAIZE_CACHE_VALUE` that says which part of the value is wrong
 */
export function toJson(value: unknown, key: string): string | undefined {
  if (value === undefined) return undefined;
  try {
    check(value, [], new Set());
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof Unfit) throw refuse(key, error.message);
    // Too many levels for the stack.
    if (error instanceof RangeError) throw refuse(key, 'it is nested too deeply, or too long');
    throw error;
  }
}

class Unfit extends Error {
  constructor(what: string, path: readonly (string | number)[]) {
    const where = path.map((name) => (typeof name === 'number' ? `[${name}]` : `.${name}`)).join('');
    super(`${where === '' ? 'it' : `value${where}`} is ${what}`);
  }
}

function check(value: unknown, path: (string | number)[], parents: Set<object>): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw new Unfit(String(value), path);
      return;
    case 'object':
      if (value !== null) checkObject(value, path, parents);
      return;
    default:
      throw new Unfit(typeof value === 'bigint' ? 'a BigInt' : article(typeof value), path);
  }
}

function checkObject(value: object, path: (string | number)[], parents: Set<object>): void {
  if (parents.has(value)) throw new Unfit('a circle, which contains itself', path);
  parents.add(value);
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) checkPart(value[at], at, path, parents);
  } else {
    const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
    if (prototype !== Object.prototype && prototype !== null && !isPlainElsewhere(prototype)) {
      throw new Unfit(`of the class ${String(prototype.constructor?.name)}`, path);
    }
    if ('toJSON' in value) throw new Unfit('an object with `toJSON`', path);
    for (const [name, part] of Object.entries(value)) {
      if (part !== undefined) checkPart(part, name, path, parents);
    }
  }
  parents.delete(value);
}

function checkPart(
  part: unknown,
  name: string | number,
  path: (string | number)[],
  parents: Set<object>,
): void {
  path.push(name);
  check(part, path, parents);
  path.pop();
}

/** Whether it is the `Object.prototype` of another realm, such as that of a test runner. */
function isPlainElsewhere(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty');
}

function article(type: string): string {
  return type === 'undefined' ? type : `a ${type}`;
}

function refuse(key: string, problem: string): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_CACHE_VALUE',
    `The value for the key "${key}" cannot be kept as JSON: ${problem}. Turn it into objects, lists, texts, numbers, true, false or null first.`,
  );
}
