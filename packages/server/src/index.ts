export { createServer } from './create-server.ts';
export type { Http2Options, RouterOptions, ServerOptions } from './options.ts';
export type { CloseOptions, Server, ServerEventMap, ServerEvents } from '@blaizejs/types';
