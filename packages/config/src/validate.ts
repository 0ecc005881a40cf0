import type { Schema } from '@blaizejs/types';

/** What is needed of an issue of Standard Schema. */
export interface Issue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/** The path of an issue, as strings. */
export function pathOf(issue: Issue): string[] {
  return (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
}

/** Whether a value is a schema that can be run. */
export function isSchema(value: unknown): value is Schema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard = (value as Partial<Schema>)['~standard'] as Partial<Schema['~standard']> | undefined;
  return typeof standard?.validate === 'function';
}
