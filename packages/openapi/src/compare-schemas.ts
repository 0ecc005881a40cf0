import { isObject } from '@blaizejs/errors/internal';
import type { JsonSchema, OpenApiDocument } from './document.ts';
import { canonical } from './json.ts';

/** Who sends the values of a schema: clients, or the server. */
export type Sender = 'client' | 'server';

/** Why values of one schema do not fit another. */
export interface Misfit {
  /** The path within the schema: `.address.street`, `[]`. */
  readonly at: string;
  readonly message: string;
}

interface Side {
  readonly schema: JsonSchema;
  readonly document: OpenApiDocument;
}

// Of each pair: whether a larger value accepts less.
const BOUNDS: readonly (readonly [name: string, isMinimum: boolean])[] = [
  ['minimum', true],
  ['exclusiveMinimum', true],
  ['minLength', true],
  ['minItems', true],
  ['minProperties', true],
  ['maximum', false],
  ['exclusiveMaximum', false],
  ['maxLength', false],
  ['maxItems', false],
  ['maxProperties', false],
];
const EXACT = ['pattern', 'format', 'multipleOf', 'uniqueItems'] as const;

/**
 * Finds what breaks when a schema is replaced by another. What clients send has to stay acceptable; what the server sends
 * may not become anything that clients did not expect.
 */
export function breaksIn(before: Side, after: Side, sender: Sender): Misfit[] {
  const comparison = new Comparison(sender);
  // Each value that was accepted has to be, and each value that is sent must have been possible.
  if (sender === 'client') return comparison.misfits(before, after, '');
  return comparison.misfits(after, before, '');
}

/** A schema without references at its root, and with the parts of an intersection merged. */
export function flatten(schema: unknown, document: OpenApiDocument, depth = 0): JsonSchema {
  if (!isObject(schema) || depth > 32) return {};
  const { $ref, allOf, ...own } = schema;
  const parts = [
    ...(typeof $ref === 'string' ? [lookUp($ref, document)] : []),
    ...(Array.isArray(allOf) ? (allOf as unknown[]) : []),
  ].map((part) => flatten(part, document, depth + 1));
  return parts.reduce<JsonSchema>((so, part) => {
    const properties = { ...recordOf(part['properties']), ...recordOf(so['properties']) };
    const required = [...new Set([...namesIn(part['required']), ...namesIn(so['required'])])];
    return {
      ...part,
      ...so,
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required }),
    };
  }, own);
}

function lookUp(ref: string, document: OpenApiDocument): unknown {
  const keys = ref.replace(/^#\//, '').split('/');
  return keys.reduce<unknown>(
    (at, key) => (isObject(at) ? at[key.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
    document,
  );
}

class Comparison {
  readonly #sender: Sender;
  // A schema may contain itself.
  readonly #open = new Set<string>();
  // What was found to fit, so that a schema that many others have is compared once.
  readonly #fits = new Set<string>();

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** Why values of `inner` are not all values of `outer`. */
  misfits(inner: Side, outer: Side, at: string): Misfit[] {
    const pair = `${canonical(inner.schema)} ${canonical(outer.schema)}`;
    if (this.#open.has(pair) || this.#fits.has(pair)) return [];
    this.#open.add(pair);
    try {
      const inners = variants(inner);
      const outers = variants(outer);
      const found = inners.flatMap((one) => this.#bestOf(one, inner, outers, outer, at));
      if (found.length === 0) this.#fits.add(pair);
      return found;
    } finally {
      this.#open.delete(pair);
    }
  }

  #bestOf(one: JsonSchema, inner: Side, outers: readonly JsonSchema[], outer: Side, at: string): Misfit[] {
    const tried = outers.map((other) =>
      this.#ofVariants({ ...inner, schema: one }, { ...outer, schema: other }, at),
    );
    const best = tried.find((found) => found.length === 0);
    if (best) return best;
    if (one['type'] === 'null')
      return [{ at, message: this.#say('may no longer be null', 'may be null now') }];
    const alike = tried.filter((_found, index) => outers[index]?.['type'] === one['type']);
    const [nearest] = alike.length === 1 ? alike : outers.length === 1 ? tried : [];
    return (
      nearest ?? [
        { at, message: this.#say(`${nameOf(one)} is no longer accepted`, `may be ${nameOf(one)} now`) },
      ]
    );
  }

  #ofVariants(inner: Side, outer: Side, at: string): Misfit[] {
    const [a, b] = [inner.schema, outer.schema];
    if (Object.keys(withoutNotes(b)).length === 0) return [];
    const found: Misfit[] = [];
    const report = (message: string): void => void found.push({ at, message });
    if (!isTypeWithin(a['type'], b['type'])) {
      report(
        this.#say(`is ${nameOf(b)} now, and was ${nameOf(a)}`, `is ${nameOf(a)} now, and was ${nameOf(b)}`),
      );
      return found;
    }
    const [given, allowed] = [valuesOf(a), valuesOf(b)];
    const surplus = allowed && given?.filter((value) => !allowed.includes(value));
    if (allowed && !given)
      report(
        this.#say(
          `only accepts ${allowed.join(', ')} now`,
          `may be other values than ${allowed.join(', ')} now`,
        ),
      );
    if (surplus && surplus.length > 0) {
      report(this.#say(`no longer accepts ${surplus.join(', ')}`, `may be ${surplus.join(', ')} now`));
    }
    for (const [name, isMinimum] of BOUNDS) {
      const [mine, limit] = [a[name], b[name]];
      if (given || typeof limit !== 'number') continue;
      if (typeof mine === 'number' && (isMinimum ? mine >= limit : mine <= limit)) continue;
      const old = typeof mine === 'number' ? String(mine) : 'none';
      report(this.#say(`${name} is ${limit} now, and was ${old}`, `${name} is ${old} now, and was ${limit}`));
    }
    for (const name of EXACT) {
      if (given || b[name] === undefined || b[name] === false || canonical(a[name]) === canonical(b[name]))
        continue;
      const [mine, other] = [textOf(a[name]), textOf(b[name])];
      report(
        this.#say(`${name} is ${other} now, and was ${mine}`, `${name} is ${mine} now, and was ${other}`),
      );
    }
    if (isObject(b['items'])) {
      found.push(
        ...this.misfits(
          { ...inner, schema: recordOf(a['items']) },
          { ...outer, schema: b['items'] },
          `${at}[]`,
        ),
      );
    }
    found.push(...this.#properties(inner, outer, at));
    return found;
  }

  #properties(inner: Side, outer: Side, at: string): Misfit[] {
    const [a, b] = [inner.schema, outer.schema];
    const [mine, theirs] = [recordOf(a['properties']), recordOf(b['properties'])];
    const [sure, needed] = [namesIn(a['required']), namesIn(b['required'])];
    const found: Misfit[] = [];
    for (const name of new Set([...Object.keys(theirs), ...needed])) {
      const here = `${at}.${name}`;
      if (!(name in mine) && this.#sender === 'server') found.push({ at: here, message: 'was removed' });
      else if (needed.includes(name) && !sure.includes(name)) {
        found.push({ at: here, message: this.#say('is required now', 'may be missing now') });
      }
      if (name in mine && name in theirs) {
        found.push(
          ...this.misfits(
            { ...inner, schema: recordOf(mine[name]) },
            { ...outer, schema: recordOf(theirs[name]) },
            here,
          ),
        );
      }
    }
    const [rest, others] = [a['additionalProperties'], b['additionalProperties']];
    // What the server adds, clients ignore.
    if (this.#sender === 'client' && others === false) {
      const refused = Object.keys(mine).filter((name) => !(name in theirs));
      found.push(...refused.map((name) => ({ at: `${at}.${name}`, message: 'is no longer accepted' })));
      if (rest !== false && a['type'] === 'object')
        found.push({ at, message: 'no longer accepts other properties' });
    } else if (isObject(rest) && isObject(others)) {
      found.push(...this.misfits({ ...inner, schema: rest }, { ...outer, schema: others }, `${at}.*`));
    }
    return found;
  }

  #say(forClients: string, forServers: string): string {
    return this.#sender === 'client' ? forClients : forServers;
  }
}

/** The members of a union, each with one type. */
function variants({ schema, document }: Side, depth = 0): JsonSchema[] {
  const { anyOf, oneOf, ...own } = flatten(schema, document);
  const members = [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  if (members.length > 0 && depth < 16) {
    return members.flatMap((member) => {
      const merged = { allOf: [own, recordOf(member)] };
      return variants({ schema: merged, document }, depth + 1);
    });
  }
  const { type } = own;
  return Array.isArray(type) ? type.map((each: unknown) => ({ ...own, type: each })) : [own];
}

function isTypeWithin(inner: unknown, outer: unknown): boolean {
  return outer === undefined || inner === outer || (inner === 'integer' && outer === 'number');
}

function valuesOf({ enum: values, const: only }: JsonSchema): string[] | undefined {
  if (only !== undefined) return [canonical(only)];
  return Array.isArray(values) ? values.map(canonical) : undefined;
}

function nameOf(schema: JsonSchema): string {
  const { type } = schema;
  return (
    valuesOf(schema)?.join(' or ') ??
    (typeof type === 'string' ? `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}` : 'anything')
  );
}

function withoutNotes({
  title: _title,
  description: _text,
  examples: _examples,
  default: _value,
  ...rest
}: JsonSchema): JsonSchema {
  return rest;
}

function textOf(value: unknown): string {
  return value === undefined ? 'none' : canonical(value);
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? (value as string[]) : [];
}

function recordOf(value: unknown): JsonSchema {
  return isObject(value) ? value : {};
}
