/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { isAuthority } from './authority.ts';
export { isContent } from './content.ts';
export { DEFAULT_BODY_LIMIT, silentLogger } from './create-context.ts';
export { toJsonLines } from './json-lines.ts';
export { logError, logLine, type LogLevel } from './log-error.ts';
export { unsupportedType } from './parse-body.ts';
export { isReply } from './reply.ts';
export { RequestAbortedError } from './read-body.ts';
export { type ClientView, RequestContext, type ContextSettings } from './request-context.ts';
export type { ResponseSide } from './response.ts';
export { isResponse } from './response-like.ts';
export { type Snapshot, takeSnapshot } from './storage.ts';
export { isJson, parseMediaType } from './media-type.ts';
export { discard, isBlob } from './to-readable.ts';
export { toWebStream } from './to-web-stream.ts';
export { addVary } from './vary.ts';
export { WebExchange } from './web-exchange.ts';
