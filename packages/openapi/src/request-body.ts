import type { BodyMap, RouteInfo, Schema } from '@blaizejs/types';

import { contentAs, contentOf } from './content.ts';
import type { OpenApiMediaType, OpenApiRequestBody } from './document.ts';
import type { Examples } from './examples.ts';
import { nameOf } from './operation-id.ts';
import type { SchemaWriter } from './schema-writer.ts';

/**
 * The body of a route, if it reads one: JSON, and a multipart form if the schema has a file, unless the route has a schema
 * per media type.
 */
export async function requestBodyOf(
  route: RouteInfo,
  name: string,
  writer: SchemaWriter,
  examples: Examples,
): Promise<OpenApiRequestBody | undefined> {
  const body = route.schema?.body;
  if (!body) return undefined;
  const place = { route: nameOf(route), part: 'the body', name: `${name}Body` };
  const single = '~standard' in body ? body : undefined;
  const byType = single ? [] : Object.entries(body as BodyMap);
  const content: Record<string, OpenApiMediaType> = single ? contentOf(single, 'input', writer, place) : {};
  for (const [type, schema] of byType) {
    const named = {
      ...place,
      name:
        byType.length === 1 ? place.name : `${place.name}${byType.findIndex(([each]) => each === type) + 1}`,
    };
    Object.assign(content, contentAs(type, schema, 'input', writer, named));
  }
  const schemas = single ? [single] : byType.map(([, schema]) => schema);
  const accepted = await Promise.all(schemas.map(acceptsNothing));
  await examples.addTo(content, schemas, route.docs.examples?.body, 'body', 'input');
  return { ...(!accepted.includes(true) && { required: true }), content };
}

/** Whether a request without a body is valid. */
async function acceptsNothing(schema: Schema): Promise<boolean> {
  if ('~content' in schema) return false;
  try {
    return (await schema['~standard'].validate(undefined)).issues === undefined;
  } catch {
    return false;
  }
}
