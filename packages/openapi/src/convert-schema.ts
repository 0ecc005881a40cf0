import type { Schema } from '@blaizejs/types';

import { convertValibot, type ValibotToJsonSchema } from './convert-valibot.ts';
import { convertZod, type ToJsonSchema } from './convert-zod.ts';
import type { JsonSchema } from './document.ts';

/** What a schema accepts, or what it returns. */
export type Direction = 'input' | 'output';

/** One schema to convert. */
export interface Conversion {
  readonly schema: Schema;
  readonly direction: Direction;
  /** Called for each part that JSON Schema cannot describe. @param path empty for the whole */
  readonly onLoss: (what: string, path: string) => void;
}

/** Standard JSON Schema, which ArkType and others implement: https://standardschema.dev/json-schema */
interface JsonSchemaConverter {
  readonly input: (options: object) => JsonSchema;
  readonly output: (options: object) => JsonSchema;
}

// What ArkType passes on when it meets something that JSON Schema can't describe.
interface Fallback {
  readonly base: JsonSchema;
}

/** Converts schemas to JSON Schema, with the library of each; a library is loaded if a schema is its own. */
export class SchemaConverter {
  readonly #zod: ToJsonSchema | undefined;
  readonly #valibot: ValibotToJsonSchema | undefined;

  private constructor(zod: ToJsonSchema | undefined, valibot: ValibotToJsonSchema | undefined) {
    this.#zod = zod;
    this.#valibot = valibot;
  }

  /** Loads what these schemas need. */
  static async for(schemas: Iterable<Schema>): Promise<SchemaConverter> {
    const vendors = new Set(Array.from(schemas, (schema) => schema['~standard'].vendor));
    return new SchemaConverter(
      vendors.has('zod') ? await loadZod() : undefined,
      vendors.has('valibot') ? await loadValibot() : undefined,
    );
  }

  /** Never throws: whatever can't be described becomes `{}`, which allows everything. */
  convert(conversion: Conversion): JsonSchema {
    const { schema, onLoss } = conversion;
    const { vendor } = schema['~standard'];
    try {
      if (vendor === 'zod' && this.#zod && '_zod' in schema) return convertZod(this.#zod, conversion);
      if (vendor === 'valibot' && this.#valibot) return convertValibot(this.#valibot, conversion);
      const converter = (schema['~standard'] as { jsonSchema?: JsonSchemaConverter }).jsonSchema;
      if (converter) return convertStandard(converter, conversion);
      const install = vendor === 'valibot' ? '; install @valibot/to-json-schema' : '';
      onLoss(`a schema of ${vendor}, which has no JSON Schema${install}`, '');
    } catch (error) {
      onLoss(`a schema of ${vendor} that does not convert (${(error as Error).message})`, '');
    }
    return {};
  }
}

function convertStandard(converter: JsonSchemaConverter, { direction, onLoss }: Conversion): JsonSchema {
  return converter[direction]({
    target: 'draft-2020-12',
    // ArkType's.
    libraryOptions: {
      fallback: {
        date: ({ base }: Fallback) => ({ ...base, type: 'string', format: 'date-time' }),
        default: ({ base, code }: Fallback & { readonly code?: string }) => {
          onLoss(code ?? 'something', '');
          return base;
        },
      },
    },
  });
}

async function loadZod(): Promise<ToJsonSchema | undefined> {
  try {
    return ((await import('zod/v4/core')) as { toJSONSchema: unknown }).toJSONSchema as ToJsonSchema;
  } catch {
    // zod's own Standard JSON Schema is used then.
    return undefined;
  }
}

async function loadValibot(): Promise<ValibotToJsonSchema | undefined> {
  try {
    const { toJsonSchema } = (await import('@valibot/to-json-schema')) as { toJsonSchema: unknown };
    return toJsonSchema as ValibotToJsonSchema;
  } catch {
    return undefined;
  }
}
