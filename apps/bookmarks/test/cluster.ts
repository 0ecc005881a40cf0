import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { developmentCertificate } from 'blaizejs/ssl';
import { createClient, type TestClient } from 'blaizejs/testing';
import { build, type BuildOptions } from 'esbuild';
import { onTestFinished } from 'vitest';

import { temporaryDirectory } from './app.ts';
import { freePort } from './redis.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const CLI = path.resolve(ROOT, '../../packages/cli');
const SOURCE = ['--conditions', '@blaizejs/source', '--import', import.meta.resolve('tsx')];

// Workers of node:cluster hang if they load TypeScript through tsx, and nothing is built here.
const BUNDLED: BuildOptions = {
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['module', '@blaizejs/source'],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  logLevel: 'error',
};
// What has native parts, or is only loaded in development.
const INSTALLED = ['@libsql/*', 'libsql', '@opentelemetry/*', 'esbuild', 'swagger-ui-dist'];

/** The app as `blaize build` makes it, run by `blaize start --workers 2`. */
export class Cluster {
  readonly url: string;
  readonly #ca: string;
  readonly #folder: string;
  readonly #env: Record<string, string>;
  #primary: ChildProcess | undefined;

  private constructor(url: string, ca: string, folder: string, env: Record<string, string>) {
    [this.url, this.#ca, this.#folder, this.#env] = [url, ca, folder, env];
  }

  /** Builds and starts it; it ends with the test. @param settings as environment variables */
  static async start(settings: Readonly<Record<string, string>>): Promise<Cluster> {
    const folder = await temporaryDirectory();
    const { keyFile, certFile, cert } = await developmentCertificate({
      host: '127.0.0.1',
      directory: folder,
    });
    const port = await freePort();
    const cluster = new Cluster(`https://127.0.0.1:${port}`, cert, folder, {
      ...{ PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', PORT: String(port) },
      ...{ SSL_KEY_PATH: keyFile, SSL_CERT_PATH: certFile },
      ...settings,
    });
    await cluster.#build();
    const primary = cluster.#run([cluster.#bin, 'start', '--workers', '2', '--outdir', 'bundle']);
    cluster.#primary = primary.child;
    await primary.says('Cluster started: 2 workers');
    return cluster;
  }

  /** Replaces all workers, one by one. */
  async reload(): Promise<void> {
    await this.#finish([this.#bin, 'reload']);
  }

  /** Sends a request on a connection of its own, so that any worker may get it. */
  readonly request: TestClient['request'] = async (...args) => {
    await using client = createClient(this.url, { protocol: 'http2', ca: this.#ca });
    const response = await client.request(...args);
    return new Response(response.body && (await response.arrayBuffer()), response);
  };

  /** Sends SIGTERM. @returns the exit code */
  async stop(): Promise<number | null> {
    const primary = this.#primary;
    if (!primary) return null;
    const exit = once(primary, 'exit');
    primary.kill('SIGTERM');
    return ((await exit) as [number | null])[0];
  }

  get #app(): string {
    return path.join(this.#folder, 'app');
  }

  get #bin(): string {
    return path.join(this.#folder, 'cli/dist/bin.js');
  }

  async #build(): Promise<void> {
    for (const name of ['src', 'public', 'migrations', 'package.json', 'dist/page'])
      await cp(path.join(ROOT, name), path.join(this.#app, name), { recursive: true });
    await symlink(path.join(ROOT, 'node_modules'), path.join(this.#app, 'node_modules'), 'dir');
    await this.#finish([...SOURCE, path.join(CLI, 'src/bin.ts'), 'build']);
    await build({
      ...BUNDLED,
      entryPoints: [path.join(this.#app, 'dist/server.js')],
      outdir: path.join(this.#app, 'bundle'),
      external: INSTALLED,
    });
    await cp(path.join(this.#app, 'dist/manifest.json'), path.join(this.#app, 'bundle/manifest.json'));
    await build({
      ...BUNDLED,
      entryPoints: {
        bin: path.join(CLI, 'src/bin.ts'),
        'worker-main': path.join(CLI, '../cluster/src/worker-main.ts'),
      },
      outdir: path.join(this.#folder, 'cli/dist'),
      external: ['esbuild'],
    });
    await writeFile(
      path.join(this.#folder, 'cli/package.json'),
      JSON.stringify({ version: '0.0.0', type: 'module' }),
    );
  }

  async #finish(args: readonly string[]): Promise<void> {
    const { child, output } = this.#run(args);
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${output()}`);
  }

  #run(args: readonly string[]) {
    const child = spawn(process.execPath, args, { cwd: this.#app, env: this.#env });
    onTestFinished(() => void child.kill('SIGKILL'));
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (more: string) => (text += more));
    const says = (what: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (text.includes(what)) resolve();
        };
        for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
        child.once('close', () => reject(new Error(`It ended without "${what}":\n${text}`)));
      });
    return { child, output: () => text, says };
  }
}
