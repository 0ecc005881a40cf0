export { loadShed, type LoadShedOptions } from './load-shed/load-shed.ts';
export type { Middleware } from '@blaizejs/types';
