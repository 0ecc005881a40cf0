import { session } from '@blaizejs/auth/session';
import { compress } from '@blaizejs/middleware/compress';
import { cors } from '@blaizejs/middleware/cors';
import { csrf } from '@blaizejs/middleware/csrf';
import { etag } from '@blaizejs/middleware/etag';
import { hostFilter } from '@blaizejs/middleware/host-filter';
import { rateLimit } from '@blaizejs/middleware/rate-limit';
import { requestId } from '@blaizejs/middleware/request-id';
import { requestLog } from '@blaizejs/middleware/request-log';
import { securityHeaders } from '@blaizejs/middleware/security-headers';

import { HOST, ORIGIN } from './shared.mjs';

/** @import { Middleware } from 'blaizejs' */

/**
 * Built-in middleware with the defaults, for `/with/<name>`. What is refused or compressed is not measured: each lets a small
 * answer pass.
 *
 * @returns {Record<string, readonly Middleware<any, any>[]>}
 */
export function builtIn() {
  const [crossOrigin, headers, forgery] = [cors({ origin: [ORIGIN] }), securityHeaders(), csrf()];
  return {
    cors: [crossOrigin],
    'security-headers': [headers],
    csrf: [forgery],
    protection: [crossOrigin, headers, forgery],
    'rate-limit': [rateLimit({ limit: 1_000_000, window: 86_400_000 })],
    session: [session({ secret: 'x'.repeat(32) })],
    compress: [compress()],
    etag: [etag()],
    'request-id': [requestId()],
    'request-log': [requestLog()],
    'host-filter': [hostFilter({ hosts: [HOST] })],
  };
}
