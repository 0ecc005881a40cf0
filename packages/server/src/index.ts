export { createServer } from './create-server.ts';
export type { Http2Options, ServerOptions } from './options.ts';
export type { TrustProxyOption } from './proxies/trusted-proxies.ts';
