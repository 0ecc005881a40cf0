import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import type * as Pino from 'pino';

/** Loads pino on first use. An app with its own logger, or with none, saves the 40 ms that this takes. */
export function loadPino(): Pick<typeof Pino, 'pino' | 'stdSerializers' | 'destination' | 'symbols'> {
  // If the app has looked at a pipe or socket before, Node 20 and 22 take the link to pino for its place, and find none of what
  // pino requires (nodejs/node#51142). They do not if the last that was looked at is a file.
  statSync(fileURLToPath(import.meta.url));
  return createRequire(import.meta.url)('pino') as typeof Pino;
}
