import { titleOf } from '@blaizejs/errors/internal';
import type { RouteInfo, Schema } from '@blaizejs/types';

import { contentOf } from './content.ts';
import type { OpenApiResponse, Reference } from './document.ts';
import type { Examples } from './examples.ts';
import { nameOf } from './operation-id.ts';
import type { ProblemName } from './problem-responses.ts';
import type { SchemaWriter } from './schema-writer.ts';

/** What else a route answers with. */
export interface Refusals {
  readonly isValidated: boolean;
  readonly hasBody: boolean;
  readonly isSecured: boolean;
}

/**
 * The answers of a route by status: those that it declares, and the problems with which the framework refuses requests.
 * One schema is documented as 200, which a plain return value is sent with; a route without one as 200 with any content, and
 * 204.
 */
export async function responsesOf(
  route: RouteInfo,
  name: string,
  writer: SchemaWriter,
  examples: Examples,
  refusals: Refusals,
): Promise<Record<string, OpenApiResponse | Reference>> {
  const declared = declaredAnswers(route);
  const found: Record<string, OpenApiResponse | Reference> = {};
  for (const [status, schema] of Object.entries(declared)) {
    if (schema === null) found[status] = { description: meaningOf(status) };
    else if (schema === 'any') found[status] = { description: meaningOf(status), content: { '*/*': {} } };
    else {
      const place = { route: nameOf(route), part: `the answer ${status}`, name: `${name}Response${status}` };
      const content = contentOf(schema, 'output', writer, place);
      await examples.addTo(
        content,
        [schema],
        route.docs.examples?.response?.[Number(status)],
        `response[${status}]`,
        'output',
      );
      found[status] = { description: describe(content, writer) ?? meaningOf(status), content };
    }
  }
  for (const [status, given] of Object.entries(route.docs.examples?.response ?? {})) {
    if (!isSchema(declared[status])) await examples.addTo({}, [], given, `response[${status}]`, 'output');
  }
  for (const [status, problem] of Object.entries(problemsOf(refusals))) {
    found[status] ??= { $ref: `#/components/responses/${problem}` };
  }
  return found;
}

/** What a status means, for an answer that says nothing else. */
function meaningOf(status: string): string {
  return status === '101'
    ? 'The connection becomes a tunnel. Over HTTP/2, the status is 200.'
    : titleOf(Number(status));
}

type Answers = Readonly<Record<string, Schema | null | 'any'>>;

function declaredAnswers({ schema, tunnel }: RouteInfo): Answers {
  const response = schema?.response;
  const tunnelled: Answers = tunnel === undefined ? {} : { 101: null };
  if (!response) return tunnel === undefined ? { 200: 'any', 204: null } : tunnelled;
  if ('~standard' in response) return { ...tunnelled, 200: response };
  return { ...tunnelled, ...response };
}

function isSchema(schema: Answers[string] | undefined): schema is Schema {
  return typeof schema === 'object' && schema !== null;
}

function describe(
  content: NonNullable<OpenApiResponse['content']>,
  writer: SchemaWriter,
): string | undefined {
  const [only] = Object.values(content);
  const description = only?.schema && writer.follow(only.schema)['description'];
  return typeof description === 'string' && !('x-itemSchema' in (only ?? {})) ? description : undefined;
}

function problemsOf({ isValidated, hasBody, isSecured }: Refusals): Readonly<Record<string, ProblemName>> {
  return {
    ...(isValidated && { 400: 'BadRequest' }),
    ...(isSecured && { 401: 'Unauthorized', 403: 'Forbidden' }),
    ...(hasBody && { 413: 'PayloadTooLarge', 415: 'UnsupportedMediaType' }),
    default: 'Problem',
  };
}
