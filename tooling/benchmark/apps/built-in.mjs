import { apiKeyAuth, basicAuth, hashApiKey, hashPassword } from '@blaizejs/auth';
import { jwtAuth } from '@blaizejs/auth/jwt';
import { session } from '@blaizejs/auth/session';
import { responseCache } from '@blaizejs/cache';
import { compress } from '@blaizejs/middleware/compress';
import { connect } from '@blaizejs/middleware/connect';
import { cors } from '@blaizejs/middleware/cors';
import { csrf } from '@blaizejs/middleware/csrf';
import { etag } from '@blaizejs/middleware/etag';
import { hostFilter } from '@blaizejs/middleware/host-filter';
import { ipFilter } from '@blaizejs/middleware/ip-filter';
import { loadShed } from '@blaizejs/middleware/load-shed';
import { maintenance } from '@blaizejs/middleware/maintenance';
import { rateLimit } from '@blaizejs/middleware/rate-limit';
import { requestId } from '@blaizejs/middleware/request-id';
import { requestLog } from '@blaizejs/middleware/request-log';
import { securityHeaders } from '@blaizejs/middleware/security-headers';

import { API_KEY, SECRET, USER } from '../sent-headers.mjs';
import { HOST, ORIGIN } from './shared.mjs';

/** @import { Middleware } from 'blaizejs' */

/**
 * Built-in middleware with the defaults, for `/with/<name>`. What is refused or compressed is not measured: each lets a small
 * answer pass.
 *
 * @returns {Promise<Record<string, readonly Middleware<any, any>[]>>}
 */
export async function builtIn() {
  const user = { name: USER.name };
  const [passwordHash, keyHash] = [await hashPassword(USER.password), hashApiKey(API_KEY)];
  const [crossOrigin, headers, forgery] = [cors({ origin: [ORIGIN] }), securityHeaders(), csrf()];
  return {
    cors: [crossOrigin],
    'security-headers': [headers],
    csrf: [forgery],
    'csrf-token': [csrf({ token: { secret: SECRET, session: () => undefined } })],
    protection: [crossOrigin, headers, forgery],
    'rate-limit': [rateLimit({ limit: 1_000_000, window: 86_400_000 })],
    session: [session({ secret: 'x'.repeat(32) })],
    compress: [compress()],
    etag: [etag()],
    'request-id': [requestId()],
    'request-log': [requestLog()],
    'host-filter': [hostFilter({ hosts: [HOST] })],
    'ip-filter': [ipFilter({ allow: ['127.0.0.0/8'] })],
    maintenance: [maintenance({ when: () => false })],
    'load-shed': [loadShed()],
    'basic-auth': [basicAuth({ find: () => ({ user, hash: passwordHash }) })],
    'api-key-auth': [apiKeyAuth({ find: () => ({ user, hash: keyHash }) })],
    'jwt-auth': [jwtAuth({ secret: SECRET })],
    'response-cache': [responseCache({ ttl: 86_400_000 })],
    connect: [connect((_req, _res, next) => next())],
  };
}
