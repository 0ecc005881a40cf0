import type { Middleware, StateOf } from '@blaizejs/types';

import { createMiddleware } from './index.ts';
import { type CspNonce, securityHeaders } from './security-headers.ts';

export const plain: Middleware = securityHeaders();
export const typed: Middleware<{ csp: CspNonce }> = securityHeaders({ nonces: true });

export const list = [securityHeaders({ nonces: ['script-src'] })] as const;
export const nonce: string = ({} as StateOf<typeof list>).csp.nonce;
export const without = [securityHeaders({ xFrameOptions: false })] as const;
// @ts-expect-error -- there is no nonce without the option
export const none: string = ({} as StateOf<typeof without>).csp.nonce;

createMiddleware<unknown, { csp: CspNonce }>({
  name: 'page',
  onRequest: ({ state, response }) => response.html(state.csp.nonce),
});

securityHeaders({
  contentSecurityPolicy: { 'img-src': ["'self'"], 'object-src': false, 'upgrade-insecure-requests': false },
});
securityHeaders({ permissionsPolicy: { camera: ['self'] }, strictTransportSecurity: false });

// @ts-expect-error -- it is `img-src`
securityHeaders({ contentSecurityPolicy: { 'image-src': [] } });
// @ts-expect-error -- sources are a list
securityHeaders({ contentSecurityPolicy: { 'img-src': "'self'" } });
// @ts-expect-error -- there is no such policy
securityHeaders({ referrerPolicy: 'none' });
// @ts-expect-error -- images have no nonce
securityHeaders({ nonces: ['img-src'] });
