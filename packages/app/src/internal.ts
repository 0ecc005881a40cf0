/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { appShape } from './app-options.ts';
export type { OpenRouteFiles } from './app-router.ts';
export { BlaizeApp } from './app.ts';
export { type Deadline, Deadlines, lookInterval } from './deadlines.ts';
export { isTerminal } from './is-terminal.ts';
export { LimitHits } from './limit-hits.ts';
export { appLimits } from './limits.ts';
export { createRedaction, type Redaction } from './redact-line.ts';
export type { ErrorPage } from './record-error.ts';
export type { Handle } from './request-handler.ts';
export { type Drainable, within } from './shut-down.ts';
export type { Surroundings } from './surroundings.ts';
export { logger } from './to-logger.ts';
