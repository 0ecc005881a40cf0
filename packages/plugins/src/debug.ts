export { debug, type Debug } from './debug/debug.ts';
export type { DebugOptions } from './debug/options.ts';
export type { Context, Plugin } from '@blaizejs/types';
