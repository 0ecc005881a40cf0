import type { HeaderFields } from '@blaizejs/types';

import { validateField } from './trailers.ts';

// Answers without content must not describe any (RFC 9110 section 8.6), and the connection is the server's business.
const FRAMING = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
]);

/**
 * The fields of an answer that has no content and leaves the connection open (101, 103, and 200 to CONNECT), by lower-case
 * name.
 *
 * @throws TypeError for an invalid name or value
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
