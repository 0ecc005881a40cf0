import { lookup } from 'node:dns/promises';
import { createServer, type ListenOptions, type Server } from 'node:net';

// How many ports to try to find one that is free in both families.
const TRIES = 10;

// The error codes for an address family that the system lacks.
const MISSING = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EPROTONOSUPPORT']);

/**
 * Binds a server to `localhost` in both address families, since clients may try either first. A second socket hands its
 * connections to the server. The port must be free in both families. A family that this machine lacks is skipped.
 *
 * @param bind binds the server itself, to the first address of `localhost`
 * @returns the second socket; undefined if the machine lacks its family
 */
export async function bindBoth(
  server: Server,
  options: ListenOptions,
  bind: (options: ListenOptions) => Promise<void>,
): Promise<Server | undefined> {
  const { family } = await lookup('localhost');
  const host = family === 6 ? '127.0.0.1' : '::1';
  for (let tries = 1; ; tries++) {
    const second = await openSecond(server, { ...options, host });
    const address = second?.address();
    const port = typeof address === 'object' && address ? address.port : options.port;
    try {
      await bind({ ...options, port });
      return second;
    } catch (error) {
      second?.close();
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (isTaken && options.port === 0 && tries < TRIES) continue;
      throw error;
    }
  }
}

/** @returns undefined if the system lacks the family */
async function openSecond(server: Server, options: ListenOptions): Promise<Server | undefined> {
  const { allowHalfOpen, noDelay } = server as { allowHalfOpen?: boolean; noDelay?: boolean };
  const second = createServer({ allowHalfOpen: allowHalfOpen ?? false, noDelay: noDelay ?? false });
  // 0 would refuse every connection.
  if (server.maxConnections > 0) second.maxConnections = server.maxConnections;
  second.on('connection', (socket) => {
    const give = (): boolean => server.emit('connection', socket);
    if (server.listening) give();
    else server.once('listening', give);
  });
  second.on('drop', (data) => server.emit('drop', data));
  try {
    await new Promise<void>((resolve, reject) => {
      second.once('error', reject).listen(options, resolve);
    });
  } catch (error) {
    if (MISSING.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  second.removeAllListeners('error').on('error', (error) => server.emit('error', error));
  return second;
}
