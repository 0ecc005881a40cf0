/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { isAuthority } from './authority.ts';
export { DEFAULT_BODY_LIMIT, silentLogger } from './create-context.ts';
export { compileTrustProxy, type TrustProxy } from './forwarded.ts';
export { RequestAbortedError } from './read-body.ts';
export { RequestContext, type ContextSettings } from './request-context.ts';
export { discard } from './response.ts';
export { isProxyNetwork } from './trusted-proxies.ts';
export { WebExchange } from './web-exchange.ts';
