import type { ServerResponse } from 'node:http';

import type { HeaderFields } from '@blaizejs/types';

import { validateField } from './trailers.ts';

// A 1xx answer has no content (RFC 9112 section 6.3), and may not end its connection.
const FRAMING = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade']);

// Commas that separate links: not those within `<>` or quotes.
const BETWEEN_LINKS = /,(?=\s*<)/;

/**
 * The fields of a 103, by lower-case name.
 *
 * @throws TypeError for a name or value that is not valid
 */
export function toHints(fields: HeaderFields): Record<string, string | string[]> {
  const hints: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(fields)) {
    const lower = name.toLowerCase();
    if (value === undefined || FRAMING.has(lower)) continue;
    validateField(lower, value);
    hints[lower] = value;
  }
  return hints;
}

/**
 * Writes a 103 over HTTP/1.1. Node's way to do so knows only hints with links, and of those only what its own pattern
 * has (no spaces within quotes); others are left out, as hints may be.
 */
export function writeHints(response: ServerResponse, { link, ...others }: ReturnType<typeof toHints>): void {
  const links = [link ?? []].flat().flatMap((line) => line.split(BETWEEN_LINKS));
  for (const [name, value] of Object.entries(others)) {
    if (Array.isArray(value)) others[name] = value.join(', ');
  }
  try {
    response.writeEarlyHints({ ...others, link: links.map((one) => one.trim()) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_INVALID_ARG_VALUE') throw error;
  }
}
