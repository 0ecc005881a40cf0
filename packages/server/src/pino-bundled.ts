import { pino, stdSerializers } from 'pino';

import type { loadPino as loadAtNeed } from './pino-at-need.ts';

// Bundlers read this file instead of `pino-at-need.ts` (condition `module` of `#pino` in package.json). They include
// only what is imported, and a bundle has no package.json beside it to load pino from.

/** As in `pino-at-need.ts`. */
export const loadPino: typeof loadAtNeed = () => ({ pino, stdSerializers });
