import type { Direction } from './convert-schema.ts';
import type { JsonSchema } from './document.ts';
import { canonical, mapRefs, refsIn, sorted } from './json.ts';
import type { Findings } from './problems.ts';

const PREFIX = '~schema:';
const DIRECTIONS = ['input', 'output'] as const;

interface Named {
  readonly schema: JsonSchema;
  /** The route that has it. */
  readonly origin: string;
}

/**
 * The named schemas of a document. If a schema accepts something else than it returns, it becomes two components:
 * `User` for what it returns and `UserInput` for what it accepts. This is only known at the end; until then, references name
 * both the direction and the schema.
 */
export class SchemaComponents {
  readonly #findings: Findings;
  readonly #named = { input: new Map<string, Named>(), output: new Map<string, Named>() };

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /**
   * Adds a schema, and returns its reference. Adding the same schema again is fine; a different one with that name is a problem.
   *
   * @param isOurs whether the framework chose the name, and may choose another one
   */
  add(direction: Direction, name: string, schema: JsonSchema, origin: string, isOurs = false): JsonSchema {
    const named = this.#named[direction];
    const valid = name.replaceAll(/[^\w.-]+/g, '_') || 'Schema';
    const text = canonical(schema);
    for (let count = 1; ; count++) {
      const candidate = count === 1 ? valid : `${valid}${count}`;
      const known = named.get(candidate);
      if (known && canonical(known.schema) !== text) {
        if (count === 1 && !isOurs) {
          this.#findings.problem(
            `Two schemas have the name ${JSON.stringify(name)}: one of ${known.origin}, and another of ${origin}. Rename one.`,
          );
        }
        continue;
      }
      if (!known) named.set(candidate, { schema, origin });
      return reference(direction, candidate);
    }
  }

  /** The schema behind a reference of {@link SchemaComponents.add}. */
  find(ref: string): JsonSchema | undefined {
    const [direction, name] = parse(ref) ?? [];
    return direction && name !== undefined ? this.#named[direction].get(name)?.schema : undefined;
  }

  /** Replaces the references in a value, and returns it with all named schemas. */
  resolve<T>(value: T): { value: T; schemas: Record<string, JsonSchema> } {
    const split = this.#findSplit();
    const { input, output } = this.#named;
    const taken = new Set([...input.keys(), ...output.keys()]);
    const inputNames = new Map<string, string>();
    for (const name of [...split].sort()) {
      let inputName = `${name}Input`;
      for (let count = 2; taken.has(inputName); count++) inputName = `${name}Input${count}`;
      taken.add(inputName);
      inputNames.set(name, inputName);
    }
    const finalName = (direction: Direction, name: string): string =>
      direction === 'input' ? (inputNames.get(name) ?? name) : name;
    const toFinal = (ref: string): string => {
      const [direction, name] = parse(ref) ?? [];
      return direction && name !== undefined ? `#/components/schemas/${finalName(direction, name)}` : ref;
    };
    const schemas = new Map<string, JsonSchema>();
    for (const direction of DIRECTIONS) {
      for (const [name, { schema }] of this.#named[direction]) {
        schemas.set(finalName(direction, name), mapRefs(schema, toFinal) as JsonSchema);
      }
    }
    const final = mapRefs(value, toFinal) as T;
    return { value: final, schemas: reachable(final, schemas) };
  }

  /** The names of schemas that are not the same in both directions, themselves or behind a reference. */
  #findSplit(): Set<string> {
    const { input, output } = this.#named;
    const both = [...input.keys()].filter((name) => output.has(name));
    const bare = (schema: JsonSchema | undefined): string =>
      canonical(mapRefs(schema, (ref) => parse(ref)?.[1] ?? ref));
    const split = new Set(
      both.filter((name) => bare(input.get(name)?.schema) !== bare(output.get(name)?.schema)),
    );
    const names = new Map(
      both.map((name) => [name, [...refsIn(output.get(name)?.schema)].map((ref) => parse(ref)?.[1] ?? ref)]),
    );
    for (let before = -1; before !== split.size;) {
      before = split.size;
      for (const [name, behind] of names) if (behind.some((other) => split.has(other))) split.add(name);
    }
    return split;
  }
}

/** The schemas that a value refers to, directly or through others. A schema may be named like a property of objects. */
function reachable(value: unknown, schemas: ReadonlyMap<string, JsonSchema>): Record<string, JsonSchema> {
  const found = new Map<string, JsonSchema>();
  const waiting = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const ref of refsIn(next)) {
      const name = ref.replace('#/components/schemas/', '');
      const schema = schemas.get(name);
      if (!schema || found.has(name)) continue;
      found.set(name, schema);
      waiting.push(schema);
    }
  }
  return sorted(Object.fromEntries(found));
}

function reference(direction: Direction, name: string): JsonSchema {
  return { $ref: `${PREFIX}${direction}:${name}` };
}

function parse(ref: string): [Direction, string] | undefined {
  const [, direction, name] = /^~schema:(input|output):(.*)$/.exec(ref) ?? [];
  return name === undefined ? undefined : [direction as Direction, name];
}
