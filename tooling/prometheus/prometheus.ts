import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../free-port.mjs';

/** What `promtool check metrics` says of a text: nothing, if it is as it should be. */
export function lint(text: string): string {
  const { stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  if (error) throw new Error('promtool is not there: run tooling/ci/install-debian.sh.', { cause: error });
  return `${stdout}${stderr}`;
}

/** A value of a series, with its labels. */
export interface Point {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus, which scrapes one address twice a second. */
export class Prometheus implements AsyncDisposable {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #url: string;
  /** If the tests themselves are stopped. */
  readonly #kill = (): void => void this.#process.kill('SIGKILL');

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#url = `http://127.0.0.1:${port}`;
    this.#process = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    process.once('exit', this.#kill);
  }

  static async start(target: string): Promise<Prometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-test-'));
    const { host, pathname } = new URL(target);
    const config = [
      'scrape_configs:',
      '  - job_name: test',
      '    scrape_interval: 500ms',
      '    scrape_timeout: 500ms',
      `    metrics_path: ${pathname}`,
      '    static_configs:',
      `      - targets: ['${host}']`,
    ];
    await writeFile(join(folder, 'prometheus.yml'), config.join('\n'));
    return new Prometheus(folder, await freePort());
  }

  /** The result of a query; empty while it is starting. */
  async query(query: string): Promise<readonly Point[]> {
    const answer = (await this.#get(`/api/v1/query?query=${encodeURIComponent(query)}`)) as
      | { readonly data: { readonly result: { metric: Point['metric']; value: [number, string] }[] } }
      | undefined;
    return (answer?.data.result ?? []).map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** What went wrong with the last scrape. */
  async error(): Promise<string | undefined> {
    const answer = (await this.#get('/api/v1/targets')) as
      { readonly data: { readonly activeTargets: { readonly lastError: string }[] } } | undefined;
    return answer?.data.activeTargets[0]?.lastError;
  }

  async #get(path: string): Promise<unknown> {
    try {
      const response = await fetch(this.#url + path);
      return response.ok ? await response.json() : undefined;
    } catch {
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#kill);
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
