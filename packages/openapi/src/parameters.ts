import type { RouteSchema } from '@blaizejs/types';

import type { JsonSchema, OpenApiParameter } from './document.ts';
import { type Field, fieldsOf } from './fields.ts';
import type { PathTemplate } from './path-template.ts';
import type { Place, SchemaWriter } from './schema-writer.ts';

// OpenAPI 3.1, section 4.8.12.1: parameters of these names are ignored, as the document has its own way to say them.
const SAID_OTHERWISE = new Set(['accept', 'content-type', 'authorization']);

const PARTS = [
  ['query', 'query', 'the query'],
  ['headers', 'header', 'the headers'],
  ['cookies', 'cookie', 'the cookies'],
] as const;

/** The parameters of a route: of its path, query, headers and cookies, in this order. */
export function parametersOf(
  schemas: RouteSchema,
  template: PathTemplate,
  writer: SchemaWriter,
  { route, name }: Pick<Place, 'route' | 'name'>,
): OpenApiParameter[] {
  const read = (
    part: keyof RouteSchema,
    words: string,
  ): { fields: readonly Field[]; rest: JsonSchema | undefined } => {
    const schema = schemas[part];
    if (!schema || !('~standard' in schema)) return { fields: [], rest: undefined };
    const place = { route, part: words, name: `${name}${part.charAt(0).toUpperCase()}${part.slice(1)}` };
    return fieldsOf(writer.write(schema, 'input', place), (each) => writer.follow(each));
  };
  const described = new Map(read('params', 'the params').fields.map((field) => [field.name, field]));
  const found: OpenApiParameter[] = template.parameters.map((parameter) => {
    const schema = described.get(parameter.param)?.schema ?? { type: 'string' };
    const made = parameterOf({ name: parameter.name, schema, required: true }, 'path', writer);
    return parameter.isWildcard
      ? { ...made, description: made.description ?? 'The rest of the path. It may contain slashes.' }
      : made;
  });
  for (const [part, place, words] of PARTS) {
    const { fields, rest } = read(part, words);
    for (const field of fields) {
      if (place === 'header' && SAID_OTHERWISE.has(field.name.toLowerCase())) continue;
      found.push(parameterOf(field, place, writer));
    }
    if (place === 'query' && rest) {
      // Any name: OpenAPI writes them as the properties of one parameter.
      const schema = { type: 'object', additionalProperties: rest };
      found.push({ name: 'params', in: 'query', style: 'form', explode: true, schema });
    }
  }
  return found;
}

function parameterOf(
  { name, schema, required }: Field,
  place: OpenApiParameter['in'],
  writer: SchemaWriter,
): OpenApiParameter {
  const { description, deprecated, ...rest } = schema;
  const isList = place === 'query' && acceptsList(schema, writer);
  return {
    name,
    in: place,
    ...(required && { required }),
    ...(typeof description === 'string' && { description }),
    ...(deprecated === true && { deprecated }),
    ...(isList && { style: 'form', explode: true }),
    schema: rest,
  };
}

function acceptsList(schema: JsonSchema, writer: SchemaWriter): boolean {
  const { type, anyOf, oneOf } = writer.follow(schema);
  const members = [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? (list as JsonSchema[]) : []));
  return type === 'array' || members.some((member) => writer.follow(member)['type'] === 'array');
}
