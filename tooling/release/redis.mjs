import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Runs something beside a Redis server of its own, which listens on a socket and keeps nothing.
 *
 * @template T
 * @param {string} folder for the socket
 * @param {(url: string) => Promise<T>} use
 */
export async function withRedis(folder, use) {
  const socket = join(folder, 'redis.sock');
  const args = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no', '--dir', folder];
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'close');
  try {
    await Promise.race([isReady(server.stdout), ended]);
    if (server.exitCode !== null) throw new Error('redis-server did not start.');
    return await use(socket);
  } finally {
    server.kill();
    await ended;
  }
}

/** @param {import('node:stream').Readable} output */
async function isReady(output) {
  const lines = createInterface({ input: output });
  await new Promise((resolve) => {
    lines.on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve(undefined);
    });
  });
}
