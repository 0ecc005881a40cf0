import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { generateCertificate } from '@blaizejs/ssl/internal';

import { freePorts } from '../../../tooling/free-port.mjs';
import type { ClusterOptions, WorkerAnswer, WorkerInfo } from '../src/index.ts';

export interface PrimaryMessage {
  readonly event: string;
  readonly pid?: number;
  readonly code?: number | null;
  readonly signal?: string | null;
  readonly message?: string;
  readonly workers?: readonly WorkerInfo[];
  readonly answers?: readonly WorkerAnswer[];
}

/** A primary in a process of its own, with the app of the tests in its workers. */
export class Primary {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly port: number;
  /** For an app that has two. */
  readonly secondPort: number;
  readonly ca: string;
  readonly messages: PrimaryMessage[] = [];
  readonly pids = new Set<number>();
  stderr = '';

  /** @param bundled where {@link bundle} has put the programs */
  static async start(
    bundled: string,
    options: Partial<ClusterOptions> = {},
    version = '1',
  ): Promise<Primary> {
    const folder = await mkdtemp(path.join(bundled, 'run-'));
    const { key, cert } = await certificate();
    await writeFile(path.join(folder, 'key.pem'), key);
    await writeFile(path.join(folder, 'cert.pem'), cert);
    const [port = 0, second = 0] = await freePorts(2);
    await writeFile(path.join(folder, 'port'), String(port));
    await writeFile(path.join(folder, 'second-port'), String(second));
    await writeFile(path.join(folder, 'version'), version);
    return new Primary(folder, [port, second], cert, options);
  }

  private constructor(
    folder: string,
    [port, secondPort]: readonly [number, number],
    ca: string,
    options: Partial<ClusterOptions>,
  ) {
    [this.folder, this.port, this.secondPort, this.ca] = [folder, port, secondPort, ca];
    const entry = path.join(folder, '../app.mjs');
    this.child = fork(
      path.join(folder, '../primary.mjs'),
      [JSON.stringify({ entry, folder, workers: 2, control: path.join(folder, 'control.sock'), ...options })],
      {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    );
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.child.on('message', (message: PrimaryMessage) => {
      this.messages.push(message);
      if (message.event === 'fork' && message.pid !== undefined) this.pids.add(message.pid);
      this.child.emit('news');
    });
  }

  /** Says what workers do that start from now on. */
  write(version: string): Promise<void> {
    return writeFile(path.join(this.folder, 'version'), version);
  }

  /** Waits for a message after those that were there at `from`. */
  async hear(event: string, from = 0): Promise<PrimaryMessage> {
    for (;;) {
      const found = this.messages.slice(from).find((message) => message.event === event);
      if (found) return found;
      await once(this.child, 'news', { signal: AbortSignal.timeout(25_000) }).catch(() => {
        throw new Error(`No "${event}"; heard ${JSON.stringify(this.messages.slice(from))}\n${this.stderr}`);
      });
    }
  }

  ask(what: 'reload' | 'workers' | 'ask', event: string): Promise<PrimaryMessage> {
    const from = this.messages.length;
    this.child.send(what);
    return this.hear(event, from);
  }

  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
    for (const pid of this.pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await rm(this.folder, { recursive: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const YEAR = 365 * 86_400_000;

export function certificate(): Promise<{ readonly key: string; readonly cert: string }> {
  return generateCertificate(['localhost', '127.0.0.1'], {
    from: new Date(Date.now() - 86_400_000),
    to: new Date(Date.now() + YEAR),
  });
}
