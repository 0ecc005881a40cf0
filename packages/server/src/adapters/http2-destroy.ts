import type { ServerHttp2Session } from 'node:http2';

// nghttp2 can't continue after errors below this (NGHTTP2_ERR_FATAL). Node reports them once it has stopped reading.
const FATAL = -900;

/**
 * Delays each `destroy()` of a session by one turn. Node itself calls it while nghttp2 is still reading, and later frames
 * that belong to a half-destroyed stream would then end the process: on Node 22 a request with content after a GOAWAY or
 * after content that is too long, on Node 20 a reset.
 */
export function destroyLater(session: ServerHttp2Session): void {
  session.destroy = destroyInATurn;
}

// One function for all sessions, since an idle one should be small.
function destroyInATurn(this: ServerHttp2Session, error?: Error, code?: number): void {
  const { errno = 0 } = (error ?? {}) as NodeJS.ErrnoException;
  if (errno <= FATAL) destroyNow(this, error, code);
  else setImmediate(destroyNow, this, error, code);
}

function destroyNow(session: ServerHttp2Session, error?: Error, code?: number): void {
  (Object.getPrototypeOf(session) as ServerHttp2Session).destroy.call(session, error, code);
}
