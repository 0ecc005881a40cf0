import { isObject } from '@blaizejs/errors/internal';
import type { Schema } from '@blaizejs/types';

import type { SchemaComponents } from './components.ts';
import type { Direction, SchemaConverter } from './convert-schema.ts';
import type { JsonSchema } from './document.ts';
import { mapRefs, refsIn } from './json.ts';
import type { Findings } from './problems.ts';

/** Where a schema is, for messages and for the names of schemas that contain themselves. */
export interface Place {
  /** `GET /users/:id` */
  readonly route: string;
  /** `the body` */
  readonly part: string;
  /** `getUsersByIdBody` */
  readonly name: string;
}

// Names that libraries give to what has none.
const ANONYMOUS = /^(?:__schema)?\d+$/;
const DEFS = '#/$defs/';

/** Turns the schemas of routes into JSON Schema, with named ones as components. Each is converted once. */
export class SchemaWriter {
  readonly components: SchemaComponents;
  readonly #converter: SchemaConverter;
  readonly #findings: Findings;
  readonly #written = { input: new Map<Schema, JsonSchema>(), output: new Map<Schema, JsonSchema>() };

  constructor(converter: SchemaConverter, components: SchemaComponents, findings: Findings) {
    this.#converter = converter;
    this.components = components;
    this.#findings = findings;
  }

  write(schema: Schema, direction: Direction, place: Place): JsonSchema {
    const known = this.#written[direction].get(schema);
    if (known) return known;
    const json = this.#converter.convert({
      schema,
      direction,
      onLoss: (what, path) => {
        const where = path === '' ? '' : ` at ${path}`;
        this.#findings.warn(
          `${place.route}: ${place.part} has ${what}${where}, which JSON Schema can't describe. The document allows any value there.`,
        );
      },
    });
    const hoisted = this.#hoist(json, direction, place);
    this.#written[direction].set(schema, hoisted);
    return hoisted;
  }

  /** The schema that a reference leads to. */
  follow(schema: JsonSchema): JsonSchema {
    const { $ref } = schema;
    const found = typeof $ref === 'string' ? this.components.find($ref) : undefined;
    return found ? this.follow(found) : schema;
  }

  /** Makes components of the definitions within a schema. */
  #hoist(converted: JsonSchema, direction: Direction, { route, name }: Place): JsonSchema {
    const { $schema: _dialect, $defs, definitions, ...root } = converted;
    const defs = isObject($defs) ? $defs : isObject(definitions) ? definitions : {};
    const prefix = name.charAt(0).toUpperCase() + name.slice(1);
    const names = new Map(
      Object.keys(defs).map((key, index) => [
        `${DEFS}${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        ANONYMOUS.test(key) ? `${prefix}${index + 1}` : key,
      ]),
    );
    // A root that contains itself needs a name too.
    if (refsIn(converted).has('#')) names.set('#', prefix);
    if (names.size === 0) return root;
    const finals = new Map<string, string>();
    const toPlace = (ref: string): string => {
      const known = names.get(ref) ?? names.get(ref.replace('#/definitions/', DEFS));
      return known === undefined ? ref : (finals.get(known) ?? `~schema:${direction}:${known}`);
    };
    for (const [key, def] of [...Object.entries(defs), ['#', root] as const]) {
      const wanted = names.get(
        key === '#' ? '#' : `${DEFS}${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      );
      if (wanted === undefined) continue;
      const schema = (isObject(def) ? mapRefs(def, toPlace) : {}) as JsonSchema;
      const { $ref } = this.components.add(
        direction,
        wanted,
        schema,
        route,
        ANONYMOUS.test(key) || key === '#',
      );
      if (typeof $ref === 'string') finals.set(wanted, $ref);
    }
    return names.has('#') ? { $ref: toPlace('#') } : (mapRefs(root, toPlace) as JsonSchema);
  }
}
