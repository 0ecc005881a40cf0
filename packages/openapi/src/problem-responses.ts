import type { SchemaComponents } from './components.ts';
import type { JsonSchema, OpenApiResponse } from './document.ts';

/** The names of the shared answers, which are components. */
export type ProblemName =
  'BadRequest' | 'Unauthorized' | 'Forbidden' | 'PayloadTooLarge' | 'UnsupportedMediaType' | 'Problem';

const DESCRIPTIONS: Readonly<Record<ProblemName, string>> = {
  BadRequest: 'The request cannot be read, or its schemas reject it; `details` then names each field.',
  Unauthorized: 'The client has not authenticated.',
  Forbidden: 'The client is not allowed to do this.',
  PayloadTooLarge: 'The body is too large.',
  UnsupportedMediaType: 'The body is of a type that is not read here.',
  Problem: 'Any other error.',
};

/** Problem details (RFC 9457), as the framework answers with them. */
const PROBLEM: JsonSchema = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  properties: {
    type: {
      type: 'string',
      description: 'The kind of problem, as a URI; `about:blank` adds nothing to the status.',
    },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What happened, for people.' },
    code: { type: 'string', description: 'Stable, for programs.' },
    correlationId: { type: 'string', description: 'Finds the request in the logs.' },
    timestamp: { type: 'string', format: 'date-time' },
    details: { description: 'More about the problem, for programs.' },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'correlationId', 'timestamp'],
};

/** What `details` of a 400 has if the schemas of the route rejected the request. */
const ISSUES: JsonSchema = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      in: { type: 'string', enum: ['params', 'query', 'headers', 'cookies', 'body'] },
      pointer: {
        type: 'string',
        description: 'The field, as a JSON pointer (RFC 6901); empty for the whole part.',
      },
      code: { type: 'string', description: 'What the schema library calls the problem.' },
      message: { type: 'string' },
      expected: { type: 'string' },
    },
    required: ['in', 'message'],
  },
};

/** Adds the schemas of problems, and returns the shared answers that were asked for. */
export function problemResponses(
  used: ReadonlySet<string>,
  components: SchemaComponents,
): Record<string, OpenApiResponse> {
  const ours = 'the framework';
  const problem = components.add('output', 'ProblemDetails', PROBLEM, ours, true);
  const issues = {
    allOf: [problem, { type: 'object', properties: { details: ISSUES } }],
  };
  const refused = {
    anyOf: [components.add('output', 'ValidationProblem', issues, ours, true), problem],
  };
  const names = (Object.keys(DESCRIPTIONS) as ProblemName[]).filter((name) => used.has(name)).sort();
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        description: DESCRIPTIONS[name],
        content: { 'application/problem+json': { schema: name === 'BadRequest' ? refused : problem } },
      },
    ]),
  );
}
