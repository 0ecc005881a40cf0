import type { ServerResponse } from 'node:http';

import type { toBareFields } from './bare-fields.ts';

// A comma that separates two links, rather than one within `<>` or quotes.
const BETWEEN_LINKS = /,(?=\s*<)/;

/**
 * Writes a 103 over HTTP/1.1. Node sends only hints with links, and only links that match its own pattern (no spaces within
 * quotes). Any other hint is dropped, which hints allow.
 */
export function writeHints(
  response: ServerResponse,
  { link, ...others }: ReturnType<typeof toBareFields>,
): void {
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
