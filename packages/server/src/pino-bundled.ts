import { destination, pino, stdSerializers, symbols } from 'pino';

import type { loadPino as loadAtNeed } from './pino-at-need.ts';

// Bundlers read this file instead of `pino-at-need.ts` (the condition `module` of `#pino` in package.json). A bundle
// contains only what is imported, so it has no package.json from which `require` could find pino.

/** Same as in `pino-at-need.ts`. */
export const loadPino: typeof loadAtNeed = () => ({ pino, stdSerializers, destination, symbols });
