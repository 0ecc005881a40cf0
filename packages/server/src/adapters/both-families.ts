import { lookup } from 'node:dns/promises';
import { createServer, type ListenOptions, type Server } from 'node:net';

const twins = new WeakMap<Server, Server>();

// How often to look for a port that is free in both families.
const TRIES = 10;

// How a system reports an address family that it lacks.
const MISSING = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EPROTONOSUPPORT']);

/**
 * Binds a server to `localhost` in both families, since clients may try either first. A second socket hands its
 * connections to the server. A family that this machine lacks is left out. A port must be free in both.
 *
 * @param bind binds the server itself, to the first address of `localhost`
 */
export async function listenOnBoth(
  server: Server,
  options: ListenOptions,
  bind: (options: ListenOptions) => Promise<void>,
): Promise<void> {
  const { family } = await lookup('localhost');
  const host = family === 6 ? '127.0.0.1' : '::1';
  for (let tries = 1; ; tries++) {
    const twin = await openTwin(server, { ...options, host });
    const address = twin?.address();
    const port = typeof address === 'object' && address ? address.port : options.port;
    try {
      await bind({ ...options, port });
    } catch (error) {
      twin?.close();
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (isTaken && options.port === 0 && tries < TRIES) continue;
      throw error;
    }
    if (twin) twins.set(server, twin);
    return;
  }
}

/** The second socket of a server, if it has one that is bound. */
export function twinOf(server: Server): Server | undefined {
  const twin = twins.get(server);
  return twin?.listening === true ? twin : undefined;
}

/** @returns undefined if the system lacks the family */
async function openTwin(server: Server, options: ListenOptions): Promise<Server | undefined> {
  const { allowHalfOpen, noDelay } = server as { allowHalfOpen?: boolean; noDelay?: boolean };
  const twin = createServer({ allowHalfOpen: allowHalfOpen ?? false, noDelay: noDelay ?? false });
  // 0 would refuse every connection.
  if (server.maxConnections > 0) twin.maxConnections = server.maxConnections;
  twin.on('connection', (socket) => {
    const give = (): boolean => server.emit('connection', socket);
    if (server.listening) give();
    else server.once('listening', give);
  });
  twin.on('drop', (data) => server.emit('drop', data));
  try {
    await new Promise<void>((resolve, reject) => {
      twin.once('error', reject).listen(options, resolve);
    });
  } catch (error) {
    if (MISSING.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  twin.removeAllListeners('error').on('error', (error) => server.emit('error', error));
  return twin;
}
