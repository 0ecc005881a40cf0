/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { CONTENT_HEADERS } from './answer-problem.ts';
export { type Chain, composeChain } from './compose.ts';
export { composeOnError, composeOnSend, type OnError, type OnSend } from './compose-hooks.ts';
export { cookiePairs } from './cookie-pairs.ts';
export { toMiddleware } from './create-middleware.ts';
export { TOKEN_FIELD } from './csrf/token-field.ts';
export { checkItem, compileList } from './origin-list.ts';
export { isPromise } from './is-promise.ts';
export { afterTime, Outage, type Turn } from './outage.ts';
export { type Secret, secrets } from './secrets.ts';
export { type ByteRange, readRange } from './static/range.ts';
