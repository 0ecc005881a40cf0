import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

import { freePort } from '../../../tooling/free-port.mjs';

/** A real etcd on this machine, which keeps what it knows until it is disposed of. */
export class EtcdServer implements AsyncDisposable {
  readonly url: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;
  /** If the tests themselves are stopped. */
  readonly #kill = (): void => void this.#process?.kill('SIGKILL');

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<EtcdServer> {
    const server = new EtcdServer(await mkdtemp(path.join(tmpdir(), 'etcd-test-')), await freePort());
    // After a test that took too long, too.
    onTestFinished(() => server[Symbol.asyncDispose]());
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    // A socket in its folder.
    const peers = `unix://localhost:${new URL(this.url).port}`;
    const child = spawn(
      'etcd',
      [
        ['--data-dir', path.join(this.#folder, 'data')],
        ['--listen-client-urls', this.url, '--advertise-client-urls', this.url],
        [
          '--listen-peer-urls',
          peers,
          '--initial-advertise-peer-urls',
          peers,
          '--initial-cluster',
          `default=${peers}`,
        ],
        ['--quota-backend-bytes', '16777216', '--log-level', 'warn'],
      ].flat(),
      { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] } },
    );
    this.#process = child;
    process.once('exit', this.#kill);
    const said: string[] = [];
    createInterface(child.stderr).on('line', (line) => said.push(line));
    const ended = once(child, 'exit').then(() => {
      throw new Error(`etcd did not start:\n${said.join('\n')}`);
    });
    ended.catch(() => undefined);
    await Promise.race([ended, this.#isHealthy()]);
  }

  async put(key: string, value: string | Uint8Array): Promise<void> {
    await this.post('/v3/kv/put', { key: base64(key), value: base64(value) });
  }

  async delete(key: string): Promise<void> {
    await this.post('/v3/kv/deleterange', { key: base64(key) });
  }

  async post(route: string, body: object, token?: string): Promise<Record<string, unknown>> {
    const headers = token === undefined ? {} : { authorization: token };
    const response = await fetch(this.url + route, { method: 'POST', body: JSON.stringify(body), headers });
    if (!response.ok) throw new Error(`${route}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }

  /** Ends it at once. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    process.off('exit', this.#kill);
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #isHealthy(): Promise<void> {
    while (this.#process) {
      const response = await fetch(`${this.url}/health`).catch(() => undefined);
      if ((await response?.text())?.includes('true')) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function base64(text: string | Uint8Array): string {
  return Buffer.from(text).toString('base64');
}
