export { loadShed } from './load-shed/load-shed.ts';
export type { LoadShedOptions } from './load-shed/options.ts';
export { loadPriority, type LoadPriority } from './load-shed/priority.ts';
export type { LoadShed, LoadShedReason, LoadShedState } from './load-shed/state.ts';
export type { Middleware, RouteMeta } from '@blaizejs/types';
