import type { ServerResponse } from 'node:http';

import type { toBareFields } from './bare-fields.ts';

// Commas that separate links: not those within `<>` or quotes.
const BETWEEN_LINKS = /,(?=\s*<)/;

/**
 * Writes a 103 over HTTP/1.1. Node's way to do so knows only hints with links, and of those only what its own pattern
 * has (no spaces within quotes); others are left out, as hints may be.
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
