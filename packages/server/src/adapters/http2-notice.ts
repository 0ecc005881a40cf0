import { randomBytes } from 'node:crypto';
import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

// GOAWAY with NO_ERROR and the highest id there is.
const NOTICE = Buffer.from('0000080700000000007fffffff00000000', 'hex');

// Bytes. Less than the smallest send buffer of a system, so that they and the notice fit.
const LITTLE = 4096;
const ATTEMPTS = 3;

/**
 * Announces the end of a cleartext session: a GOAWAY that still allows every stream (RFC 9113 section 6.8). The client opens
 * no more streams once it knows; those that it has already sent are served.
 *
 * Node has no call for that: after `session.goaway()` it ignores new streams, whatever id it names. So this writes to the
 * socket itself. Node allows that only for a write that the system takes at once: it ends the process if another write than
 * its own finishes later. Therefore this waits for the answer to a PING, of which a client that has not read it can't know
 * the content. By then, everything before the PING has arrived, and if little was written since, the send buffer has room.
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
    const written = socket.bytesWritten;
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
      if (socket.bytesWritten - written > LITTLE || socket.writableLength > 0) return settle('busy');
      socket.write(NOTICE);
      settle('sent');
    });
    if (!isAsked) silent();
  });
}
