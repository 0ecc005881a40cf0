export { createContext, type CreateContextOptions } from './create-context.ts';
export type { RequestContext } from './request-context.ts';
export { runWithContext, tryUseContext, useContext } from './storage.ts';
export type { TrustProxyOption } from './trusted-proxies.ts';
export type * from '@blaizejs/types';
