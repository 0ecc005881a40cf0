import { isObject } from '@blaizejs/errors/internal';
import type { Schema } from '@blaizejs/types';

import type { Direction } from './convert-schema.ts';
import type { JsonSchema, OpenApiMediaType } from './document.ts';
import { fieldsOf } from './fields.ts';
import type { Place, SchemaWriter } from './schema-writer.ts';

/** What `content()`, `ndjson()` and `events()` say of their schemas. */
interface ContentMarker {
  readonly type: string;
  readonly kind: 'bytes' | 'lines' | 'events';
  readonly item?: Schema | undefined;
  readonly events?: Readonly<Record<string, Schema>> | undefined;
}

/** What a schema is sent as, by media type. */
export function contentOf(
  schema: Schema,
  direction: Direction,
  writer: SchemaWriter,
  place: Place,
): Record<string, OpenApiMediaType> {
  const marker = markerOf(schema);
  if (marker) return { [marker.type]: markedContent(marker, direction, writer, place) };
  const json = writer.write(schema, direction, place);
  if (direction === 'output')
    return { [textOnly(json, writer) ? 'text/plain' : 'application/json']: { schema: json } };
  // JSON can't hold a file.
  if (hasFile(json, writer)) return { 'multipart/form-data': { schema: json } };
  return { 'application/json': { schema: json } };
}

/** What a schema is sent as, if the route names the media type. */
export function contentAs(
  type: string,
  schema: Schema,
  direction: Direction,
  writer: SchemaWriter,
  place: Place,
): Record<string, OpenApiMediaType> {
  const marker = markerOf(schema);
  return {
    [type]: marker
      ? markedContent(marker, direction, writer, place)
      : { schema: writer.write(schema, direction, place) },
  };
}

function markedContent(
  { kind, item, events }: ContentMarker,
  direction: Direction,
  writer: SchemaWriter,
  place: Place,
): OpenApiMediaType {
  const named = Object.entries(events ?? {}).map(([name, data]) => ({
    type: 'object',
    properties: {
      event: { const: name },
      data: writer.write(data, direction, { ...place, name: `${place.name}${toPascal(name)}` }),
    },
    required: ['event', 'data'],
  }));
  // Bytes of a media type have no schema in OpenAPI 3.1 (section 4.8.14.3).
  if (kind === 'bytes') return {};
  return {
    schema: {
      type: 'string',
      description: kind === 'lines' ? 'One JSON value per line.' : 'Server-sent events.',
    },
    ...(item && { 'x-itemSchema': writer.write(item, direction, { ...place, name: `${place.name}Item` }) }),
    ...(named.length > 0 && { 'x-itemSchema': { oneOf: named } }),
  };
}

function toPascal(name: string): string {
  return name.replaceAll(/(?:^|\W+)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function markerOf(schema: Schema): ContentMarker | undefined {
  const marker: unknown = (schema as { '~content'?: unknown })['~content'];
  return isObject(marker) ? (marker as unknown as ContentMarker) : undefined;
}

/** Whether all values are texts, which are sent as they are. */
function textOnly(schema: JsonSchema, writer: SchemaWriter): boolean {
  const { type, const: only, enum: values, anyOf } = writer.follow(schema);
  if (Array.isArray(anyOf)) return anyOf.every((each) => isObject(each) && textOnly(each, writer));
  if (type !== undefined) return type === 'string';
  return (
    typeof only === 'string' || (Array.isArray(values) && values.every((each) => typeof each === 'string'))
  );
}

function hasFile(schema: JsonSchema, writer: SchemaWriter): boolean {
  const isFile = (each: JsonSchema): boolean => {
    const { format, items, anyOf } = writer.follow(each);
    if (format === 'binary') return true;
    if (isObject(items)) return isFile(items);
    return Array.isArray(anyOf) && anyOf.some((one) => isObject(one) && isFile(one));
  };
  return fieldsOf(schema, (each) => writer.follow(each)).fields.some((field) => isFile(field.schema));
}
