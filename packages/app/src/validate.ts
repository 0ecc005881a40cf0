import type { FieldIssue } from '@blaizejs/errors';
import type { Schema } from '@blaizejs/types';

/** What a schema says of a value. */
export type Validated = Awaited<ReturnType<Schema['~standard']['validate']>>;
type Issue = NonNullable<Validated['issues']>[number];

// Issues of a part that a client is told of: a body may break its schema in a million places.
const MAX_ISSUES = 50;

/** Checks a value; a promise only if the schema itself is asynchronous. */
export function validate(schema: Schema, value: unknown): Validated | Promise<Validated> {
  return schema['~standard'].validate(value);
}

/** Turns a schema's issues into those that a client is shown: the first ones. */
export function toFieldIssues(part: FieldIssue['in'], issues: readonly Issue[]): FieldIssue[] {
  return issues
    .slice(0, MAX_ISSUES)
    .map((issue) => ({ in: part, path: pathOf(issue), message: issue.message }));
}

/** The way to a field as in code: `items[0].name`. */
export function pathOf({ path = [] }: Issue): string {
  return path
    .map((segment) => (typeof segment === 'object' ? segment.key : segment))
    .reduce<string>((so, key) => {
      if (typeof key === 'number') return `${so}[${key}]`;
      return so === '' ? String(key) : `${so}.${String(key)}`;
    }, '');
}
