import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A real Redis server for tests, which keeps nothing. It listens on a socket in a temporary folder. */
export class RedisProcess implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'redis-test-'));
  readonly #port: number;
  #process: ChildProcess | undefined;
  /** If the tests themselves are stopped. */
  readonly #kill = (): void => void this.#process?.kill('SIGKILL');

  /** @param port a second place to listen on; 0 for none */
  constructor(port = 0) {
    this.#port = port;
  }

  /** The URL of its port. */
  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** The path of its socket. */
  get path(): string {
    return join(this.#folder, 'socket');
  }

  async start(): Promise<void> {
    const where = ['--port', String(this.#port), '--bind', '127.0.0.1', '--unixsocket', this.path];
    const nothing = ['--save', '', '--appendonly', 'no', '--dir', this.#folder];
    const child = spawn('redis-server', [...where, ...nothing], {
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

  /** Stops it from answering, while its connections stay open. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
