import type { Schema } from '@blaizejs/types';

type Issue = NonNullable<Awaited<ReturnType<Schema['~standard']['validate']>>['issues']>[number];

/** The first problem that a schema reports, and how many more there are: `/text: expected string (and 1 more)`. */
export function describeIssues(issues: readonly Issue[]): string {
  const [first] = issues;
  if (!first) return 'no details';
  const keys = Array.from(first.path ?? [], (part) => String(typeof part === 'object' ? part.key : part));
  const where = keys.map((key) => `/${key.slice(0, 64)}`).join('');
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return `${where === '' ? '' : `${where.slice(0, 200)}: `}${first.message.slice(0, 200)}${more}`;
}
