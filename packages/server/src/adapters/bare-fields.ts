import type { HeaderFields } from '@blaizejs/types';

import { validateField } from './trailers.ts';

// Answers without content say nothing of it (RFC 9110 section 8.6), and connections are ours.
const FRAMING = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
]);

/**
 * The fields of an answer that has no content and does not end its connection: 101, 103, and 200 to CONNECT; by
 * lower-case name.
 *
 * @throws TypeError for a name or value that is not valid
 */
export function toBareFields(fields: HeaderFields): Record<string, string | string[]> {
  const bare: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(fields)) {
    const lower = name.toLowerCase();
    if (value === undefined || FRAMING.has(lower)) continue;
    validateField(lower, value);
    bare[lower] = value;
  }
  return bare;
}
