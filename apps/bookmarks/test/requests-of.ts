import type { JsonSchema, OpenApiDocument, OpenApiOperation, OpenApiParameter } from '@blaizejs/openapi';
import fc from 'fast-check';

/** A request that was made of an operation. */
export interface MadeRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | FormData | undefined;
  readonly authorized: boolean;
  /** Whether every part was made as its schema says. */
  readonly isValid: boolean;
}

/** Values of a schema. Constraints that random values seldom meet (`pattern`, `format`) are met. */
function valuesOf(schema: JsonSchema, document: OpenApiDocument): fc.Arbitrary<unknown> {
  const { $ref, anyOf, const: only, enum: values, type } = schema;
  if (typeof $ref === 'string') {
    return valuesOf(document.components?.schemas?.[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}, document);
  }
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((each) => valuesOf(each as JsonSchema, document)));
  const limit = (name: string, fallback: number): number =>
    typeof schema[name] === 'number' ? schema[name] : fallback;
  switch (type) {
    case 'object': {
      const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
      const shape = Object.fromEntries(properties.map(([name, each]) => [name, valuesOf(each, document)]));
      return fc.record(shape, { requiredKeys: (schema['required'] ?? []) as string[] });
    }
    case 'array':
      return fc.array(valuesOf((schema['items'] ?? {}) as JsonSchema, document), {
        maxLength: Math.min(limit('maxItems', 5), 5),
      });
    case 'integer':
    case 'number': {
      const min = Math.max(limit('minimum', -1000), limit('exclusiveMinimum', -1001) + 1);
      const max = Math.min(limit('maximum', Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
      return fc.oneof(
        fc.integer({ min, max: Math.min(max, min + 4) }),
        fc.maxSafeInteger().map((n) => Math.min(Math.max(n, min), max)),
      );
    }
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      if (schema['format'] === 'uri') return fc.webUrl();
      if (schema['format'] === 'binary') return files;
      if (typeof schema['pattern'] === 'string') return fc.stringMatching(new RegExp(schema['pattern'], 'u'));
      return fc.string({
        unit: 'grapheme',
        minLength: limit('minLength', 0),
        maxLength: Math.min(limit('maxLength', 30), 30),
      });
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** Files as this API takes them, and some others. */
const files = fc
  .oneof(
    { weight: 9, arbitrary: fc.array(fc.record({ url: fc.webUrl(), title: fc.string() })).map(stringify) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }) },
  )
  .map((content) => new File([content], 'a file'));

/** What may stand where a text is expected. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', '0', '-1', '1e999', 'NaN', '%00', '../..'),
);

interface Part {
  readonly value: unknown;
  readonly isValid: boolean;
}

function part(valid: fc.Arbitrary<unknown>, wrong: fc.Arbitrary<unknown>): fc.Arbitrary<Part> {
  return fc.oneof(
    { weight: 9, arbitrary: valid.map((value) => ({ value, isValid: true })) },
    { weight: 1, arbitrary: wrong.map((value) => ({ value, isValid: false })) },
  );
}

/** Requests for an operation: most of them valid, others not. */
export function requestsOf(
  method: string,
  template: string,
  { parameters = [], requestBody }: OpenApiOperation,
  document: OpenApiDocument,
): fc.Arbitrary<MadeRequest> {
  const made = fc.record(
    Object.fromEntries(
      parameters.map(({ name, in: place, required, schema }) => {
        const valid = valuesOf(schema, document).map(String);
        const one = part(place === 'path' ? valid.filter((text) => !/^\.{0,2}$/.test(text)) : valid, anyText);
        return [`${place} ${name}`, required ? one : fc.option(one, { nil: undefined })];
      }),
    ),
  );
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const body = media
    ? part(valuesOf(media.schema ?? {}, document), fc.jsonValue({ maxDepth: 3 }))
    : fc.constant(undefined);
  const authorized = fc.integer({ min: 0, max: 9 }).map((n) => n > 0);
  return fc.record({ made, body, authorized }).map((drawn) => {
    const partOf = ({ in: place, name }: OpenApiParameter): Part | undefined =>
      drawn.made[`${place} ${name}`];
    const path = template.replaceAll(/\{([^}]+)\}/g, (_whole, name: string) =>
      encode(String(drawn.made[`path ${name}`]?.value)),
    );
    const query = parameters.flatMap((parameter) => {
      const given = parameter.in === 'query' ? partOf(parameter) : undefined;
      return given ? [`${encode(parameter.name)}=${encode(String(given.value))}`] : [];
    });
    const parts = [...parameters.map(partOf), drawn.body];
    return {
      method,
      path: query.length === 0 ? path : `${path}?${query.join('&')}`,
      body: drawn.body && (type === 'multipart/form-data' ? toForm : stringify)(drawn.body.value),
      authorized: drawn.authorized,
      isValid: parts.every((each) => each === undefined || each.isValid),
    };
  });
}

function stringify(value: unknown): string {
  return JSON.stringify(value);
}

function toForm(value: unknown): FormData {
  const form = new FormData();
  for (const [name, each] of Object.entries(Object(value) as object))
    form.append(name, each instanceof File ? each : stringify(each));
  return form;
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
