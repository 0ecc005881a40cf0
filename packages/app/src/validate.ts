import type { FieldIssue } from '@blaizejs/errors';
import type { Schema } from '@blaizejs/types';

/** The result of a schema for a value. */
export type Validated = Awaited<ReturnType<Schema['~standard']['validate']>>;
type Issue = NonNullable<Validated['issues']>[number];

// How many issues of a part to show to the client: a body may have a million of them.
const MAX_ISSUES = 50;

/** Checks a value. Returns a promise only if the schema is asynchronous. */
export function validate(schema: Schema, value: unknown): Validated | Promise<Validated> {
  return schema['~standard'].validate(value);
}

/** Turns a schema's issues into those that the client sees: the first 50. */
export function toFieldIssues(part: FieldIssue['in'], issues: readonly Issue[]): FieldIssue[] {
  return issues
    .slice(0, MAX_ISSUES)
    .map((issue) => ({ in: part, path: pathOf(issue), message: issue.message }));
}

/** The path to a field, as in code: `items[0].name`. */
export function pathOf({ path = [] }: Issue): string {
  return path
    .map((segment) => (typeof segment === 'object' ? segment.key : segment))
    .reduce<string>((so, key) => {
      if (typeof key === 'number') return `${so}[${key}]`;
      return so === '' ? String(key) : `${so}.${String(key)}`;
    }, '');
}
