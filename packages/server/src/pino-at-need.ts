import { createRequire } from 'node:module';

import type * as Pino from 'pino';

/** Loads pino on first use. An app with its own logger, or with none, saves the 40 ms that this takes. */
export function loadPino(): Pick<typeof Pino, 'pino' | 'stdSerializers' | 'destination' | 'symbols'> {
  return createRequire(import.meta.url)('pino') as typeof Pino;
}
