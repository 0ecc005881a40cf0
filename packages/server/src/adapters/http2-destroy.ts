import type { ServerHttp2Session } from 'node:http2';

// Errors below this nghttp2 can't go on after; Node tells of those when it has stopped reading (NGHTTP2_ERR_FATAL).
const FATAL = -900;

/**
 * Makes a session be destroyed a turn later than it is asked to, whoever asks: Node itself does so while nghttp2 is
 * still reading. Frames behind such a one would find their stream half gone, and end the process: on Node 22 a request
 * with content behind a GOAWAY or behind content that is too long, on Node 20 a reset.
 */
export function destroyLater(session: ServerHttp2Session): void {
  const destroy = session.destroy.bind(session);
  session.destroy = (error, code) => {
    const { errno = 0 } = (error ?? {}) as NodeJS.ErrnoException;
    if (errno <= FATAL) destroy(error, code);
    else setImmediate(() => destroy(error, code));
  };
}
