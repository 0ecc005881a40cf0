import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';

/** A real Redis server, which listens on a socket in a temporary folder and keeps nothing. */
export class RedisServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #clients: Redis[] = [];
  #process: ChildProcess | undefined;
  /** If the tests themselves are stopped. */
  readonly #kill = (): void => void this.#process?.kill('SIGKILL');

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await mkdtemp(join(tmpdir(), 'plugins-redis-')));
    await server.start();
    return server;
  }

  /** The path of its socket. */
  get path(): string {
    return join(this.#folder, 'socket');
  }

  /** A client, which is closed with the server. */
  client(): Redis {
    const client = new Redis({ path: this.path, maxRetriesPerRequest: 0 });
    // Tests take the server away.
    client.on('error', () => undefined);
    this.#clients.push(client);
    return client;
  }

  async start(): Promise<void> {
    const args = ['--port', '0', '--unixsocket', this.path, '--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', [...args, '--dir', this.#folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    process.once('exit', this.#kill);
    for await (const line of createInterface(child.stdout)) {
      if (!line.includes('ready to accept connections')) continue;
      child.stdout.resume();
      return;
    }
    throw new Error('redis-server did not start.');
  }

  /** Ends it at once. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    process.off('exit', this.#kill);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
