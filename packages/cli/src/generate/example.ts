/** A value that a schema accepts. */
export interface Example {
  readonly value: unknown;
}

/** The parts used of Standard Schema and Standard JSON Schema, which zod 4 and others implement. */
interface Standard {
  readonly validate: (value: unknown) => unknown;
  readonly jsonSchema?: { readonly input: (options: { target: string }) => unknown };
}

interface JsonSchema {
  readonly [key: string]: unknown;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

// Tried for parameters in this order.
const WORDS = ['1', 'a', 'Ada', '2026-01-01', '01890a5d-ac96-774b-bcce-b302099a8057', 'ada@example.org'];
const BY_FORMAT: Readonly<Record<string, string>> = {
  email: 'ada@example.org',
  uuid: '01890a5d-ac96-774b-bcce-b302099a8057',
  uri: 'https://example.org/',
  date: '2026-01-01',
  time: '12:00:00',
  'date-time': '2026-01-01T12:00:00Z',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
};
const MAX_DEPTH = 8;

/**
 * Finds a value that a schema accepts; undefined if there is none. Each candidate is validated.
 *
 * @param simple the first candidate
 */
export async function exampleOf(schema: unknown, simple?: unknown): Promise<Example | undefined> {
  const standard = standardOf(schema);
  if (!standard) return { value: simple };
  if (simple !== undefined && (await takes(standard, simple))) return { value: simple };
  const made = fromJsonSchema(standard);
  return made && (await takes(standard, made.value)) ? made : undefined;
}

/** Finds path parameters that a schema accepts, by name; undefined if there are none. */
export async function paramsOf(
  pattern: string,
  schema: unknown,
): Promise<{ readonly value: Readonly<Record<string, string>> } | undefined> {
  const names = [...pattern.matchAll(/(?<!:):(\w+)|\*$/g)].map(([, name]) => name ?? '*');
  const all = (word: string): Record<string, string> => Object.fromEntries(names.map((name) => [name, word]));
  const standard = standardOf(schema);
  if (!standard) return { value: all('1') };
  // The schema names the wildcard, but the pattern does not.
  const wildcard = Object.keys(jsonSchemaOf(standard)?.properties ?? {}).find(
    (name) => !names.includes(name),
  );
  const named = (value: Record<string, string>): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, value[name === '*' ? (wildcard ?? name) : name] ?? '1']));
  const rename = (value: Record<string, string>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name === '*' ? (wildcard ?? name) : name, each]),
    );
  const made = fromJsonSchema(standard)?.value;
  const candidates = [...WORDS.map((word) => rename(all(word)))];
  if (typeof made === 'object' && made !== null) {
    candidates.push(Object.fromEntries(Object.entries(made).map(([name, each]) => [name, String(each)])));
  }
  for (const value of candidates) if (await takes(standard, value)) return { value: named(value) };
  return undefined;
}

function standardOf(schema: unknown): Standard | undefined {
  return (schema as { readonly '~standard'?: Standard } | undefined)?.['~standard'];
}

async function takes({ validate }: Standard, value: unknown): Promise<boolean> {
  try {
    return (await (validate(value) as Promise<{ issues?: unknown }>)).issues === undefined;
  } catch {
    return false;
  }
}

function jsonSchemaOf({ jsonSchema }: Standard): JsonSchema | undefined {
  try {
    return jsonSchema?.input({ target: 'draft-2020-12' }) as JsonSchema | undefined;
  } catch {
    // Not every schema can be converted to JSON Schema.
    return undefined;
  }
}

function fromJsonSchema(standard: Standard): Example | undefined {
  const root = jsonSchemaOf(standard);
  return root && { value: valueOf(root, root, 0) };
}

function valueOf(schema: JsonSchema, root: JsonSchema, depth: number): unknown {
  if (depth > MAX_DEPTH) return null;
  const inner = (other: unknown): unknown => valueOf(other as JsonSchema, root, depth + 1);
  if ('const' in schema) return schema.const;
  if ('default' in schema) return schema.default;
  const value = firstOf(schema.examples, schema.enum);
  if (value !== undefined) return value;
  const branch = firstOf(schema.anyOf, schema.oneOf, schema.allOf);
  if (branch !== undefined) return inner(branch);
  if (typeof schema.$ref === 'string') return inner(at(schema.$ref, root));
  switch (firstOf(schema.type) ?? schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: Number(schema.minItems ?? 0) }, () => inner(schema.items ?? {}));
    case 'object': {
      const { properties = {}, required = [] } = schema;
      return Object.fromEntries(required.map((name) => [name, inner(properties[name] ?? {})]));
    }
    default:
      return null;
  }
}

/** The first value of the first non-empty list. */
function firstOf(...lists: readonly unknown[]): unknown {
  for (const list of lists) if (Array.isArray(list) && list.length > 0) return list[0] as unknown;
  return undefined;
}

function at(ref: string, root: JsonSchema): unknown {
  let found: unknown = root;
  for (const key of ref.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    found = (found as Record<string, unknown> | undefined)?.[key];
  }
  return found ?? {};
}

function textOf({ format, minLength = 1 }: JsonSchema): string {
  return BY_FORMAT[String(format)] ?? 'a'.repeat(Math.max(1, Number(minLength)));
}

function numberOf({ minimum, exclusiveMinimum, maximum, multipleOf = 1 }: JsonSchema): number {
  const low = Math.max(
    Number(minimum ?? -Infinity),
    Number(exclusiveMinimum ?? -Infinity) + Number(multipleOf),
  );
  const from = Number.isFinite(low) ? low : Math.min(1, Number(maximum ?? 1));
  return Math.max(from, Math.min(1, Number(maximum ?? 1)));
}
