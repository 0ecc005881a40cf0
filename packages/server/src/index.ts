export { createServer } from './create-server.ts';
export type { Http2Options, RouterOptions, ServerOptions } from './options.ts';
export type * from '@blaizejs/types';
