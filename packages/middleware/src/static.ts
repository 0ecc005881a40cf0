export { type SendFileOptions, sendFile } from './static/send-file.ts';
export { serveStatic } from './static/serve-static.ts';
export type { StaticOptions } from './static/options.ts';
export type { Coding } from './static/coding.ts';
export type { AnyContext, ContextResponse, Middleware } from '@blaizejs/types';
