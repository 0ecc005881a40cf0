export {
  createContext,
  DEFAULT_BODY_LIMIT,
  silentLogger,
  type CreateContextOptions,
} from './create-context.ts';
export { compileTrustProxy, type Origin, type TrustProxy } from './forwarded.ts';
export { RequestAbortedError } from './read-body.ts';
export { RequestContext, type ContextSettings } from './request-context.ts';
export type { RequestSide } from './request.ts';
export { type BodyKind, discard, type ResponseSide } from './response.ts';
export { runWithContext, tryUseContext, useContext } from './storage.ts';
export { isProxyNetwork, type TrustProxyOption } from './trusted-proxies.ts';
export { WebExchange } from './web-exchange.ts';
export type * from '@blaizejs/types';
