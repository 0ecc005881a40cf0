/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export type * from './exchange.ts';
export type * from './ticket-key-source.ts';
export type * from './worker-bus.ts';
