import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';

import { ClusterError } from './cluster-error.ts';

// What a client may send: one word.
const RELOAD = 'reload\n';

/** A socket through which the same user may ask for a reload. The answer is one line of JSON. */
export async function openControl(socket: string, reload: () => Promise<void>): Promise<Server> {
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    client.setTimeout(5000, () => client.destroy());
    client.setEncoding('utf8');
    let text = '';
    client.on('data', (chunk) => {
      text += String(chunk);
      if (text.length > RELOAD.length || (text.length === RELOAD.length && text !== RELOAD)) client.destroy();
      if (text !== RELOAD) return;
      client.setTimeout(0);
      reload().then(
        () => client.end('{}\n'),
        (error: unknown) => client.end(`${JSON.stringify({ error: (error as Error).message })}\n`),
      );
    });
  });
  if (process.platform !== 'win32') {
    mkdirSync(path.dirname(path.resolve(socket)), { recursive: true });
    if (await isAnswered(socket)) throw new ClusterError(`Another cluster has the control socket ${socket}`);
    // Left behind by one that was killed.
    rmSync(socket, { force: true });
  }
  // Only the same user may connect. The socket is created in this turn.
  const before = process.platform === 'win32' ? undefined : process.umask(0o177);
  try {
    server.listen(short(socket));
  } finally {
    if (before !== undefined) process.umask(before);
  }
  await once(server, 'listening');
  server.unref();
  return server;
}

/**
 * Asks the cluster with that control socket for a reload, and waits for its end.
 *
 * @param socket the option `control` of the cluster
 * @throws ClusterError if no cluster has the socket, or the reload failed
 */
export async function requestReload(socket: string): Promise<void> {
  const client = connect(short(socket));
  let text = '';
  try {
    await once(client, 'connect');
    client.write(RELOAD);
    client.setEncoding('utf8');
    for await (const chunk of client) text += String(chunk);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isGone = code === 'ENOENT' || code === 'ECONNREFUSED';
    throw new ClusterError(
      isGone
        ? `No cluster runs here: nothing listens on ${socket}. Start one with blaize start --workers auto.`
        : `The cluster can't be reached through ${socket}: ${(cause as Error).message}`,
      { cause },
    );
  }
  if (!text.endsWith('\n')) throw new ClusterError('The cluster ended before its reload did.');
  const { error } = JSON.parse(text) as { error?: string };
  if (error !== undefined) throw new ClusterError(error);
}

async function isAnswered(socket: string): Promise<boolean> {
  const client: Socket = connect(short(socket));
  try {
    await once(client, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}

/** The shorter one of the absolute and the relative path: the system allows about 100 bytes. */
function short(socket: string): string {
  if (process.platform === 'win32') return socket;
  const relative = path.relative('', socket);
  return relative.length < socket.length ? relative : socket;
}
