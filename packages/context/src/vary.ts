import type { ContextResponse, HeaderFields } from '@blaizejs/types';

/**
 * Adds to `Vary`, and keeps what it has: caches must look at all of it. `*` stays alone, since it includes everything.
 *
 * @param names headers of the request that decide about the answer, as they are sent: `Accept, Origin`
 */
export function addVary(response: Pick<ContextResponse, 'headers' | 'append'>, names: string): void {
  const fields = response.headers() as HeaderFields;
  const before = fields['vary'];
  // Most answers have none: there is nothing to compare.
  if (before === undefined) fields['vary'] = names;
  else if (before !== names) response.append('vary', names);
}
