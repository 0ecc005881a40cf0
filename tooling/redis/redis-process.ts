import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A real Redis server for tests, which listens on a socket in a temporary folder and keeps nothing. */
export class RedisProcess implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'redis-test-'));
  #process: ChildProcess | undefined;
  /** If the tests themselves are stopped. */
  readonly #kill = (): void => void this.#process?.kill('SIGKILL');

  /** The path of its socket. */
  get path(): string {
    return join(this.#folder, 'socket');
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
