import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

// GOAWAY with NO_ERROR and the highest id there is.
const NOTICE = Buffer.from('0000080700000000007fffffff00000000', 'hex');

const ATTEMPTS = 3;

/** What Node keeps of a socket. On Windows, it has no descriptor. */
interface Handle {
  readonly fd?: number;
  /** Bytes that the system has not taken yet. */
  readonly writeQueueSize?: number;
}

/**
 * Announces the end of a cleartext session: a GOAWAY that still allows every stream (RFC 9113 section 6.8). The client opens
 * no more streams once it knows; those that it has already sent are served.
 *
 * Node has no call for that: after `session.goaway()` it ignores new streams, whatever id it names. So this writes to the
 * socket itself, below Node's streams: Node ends the process if another write than that of the session finishes later, and
 * a client can fill the send buffer with very few bytes. A PING comes first, so that the client has room to read.
 *
 * @returns whether it was sent; otherwise the client doesn't answer in time, or is sent too much
 */
export async function sendNotice(
  session: ServerHttp2Session,
  socket: Socket,
  patience: number,
): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = await tryNotice(session, socket, patience / ATTEMPTS);
    if (outcome !== 'busy') return outcome === 'sent';
  }
  return false;
}

function tryNotice(
  session: ServerHttp2Session,
  socket: Socket,
  patience: number,
): Promise<'sent' | 'busy' | 'silent'> {
  return new Promise((resolve) => {
    if (session.destroyed || session.closed) return resolve('silent');
    const secret = randomBytes(8);
    const silent = (): void => settle('silent');
    let isOver = false;
    const settle = (outcome: 'sent' | 'busy' | 'silent'): void => {
      isOver = true;
      clearTimeout(late);
      session.off('close', silent);
      resolve(outcome);
    };
    const late = setTimeout(() => settle('busy'), patience);
    session.once('close', silent);
    const isAsked = session.ping(secret, (error, _duration, payload) => {
      if (isOver) return;
      if (error || !payload.equals(secret) || session.closed || socket.destroyed) return silent();
      settle(writeNow(socket) ? 'sent' : 'busy');
    });
    if (!isAsked) silent();
  });
}

/** Writes the notice if the system takes it at once. No frame is cut in two: those of the session are written whole. */
function writeNow(socket: Socket): boolean {
  const { fd = -1, writeQueueSize } = (socket as unknown as { _handle: Handle | null })._handle ?? {};
  if (fd < 0 || writeQueueSize !== 0) return false;
  try {
    // Whatever followed the half of a frame would be read as its rest.
    if (writeSync(fd, NOTICE) < NOTICE.length) socket.destroy();
    return true;
  } catch {
    // The send buffer is full.
    return false;
  }
}
