import { cp, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { developmentCertificate } from 'blaizejs/ssl';
import { createClient, type TestClient } from 'blaizejs/testing';

import { freePort } from '../../../tooling/free-port.mjs';
import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { bundleForNode } from '../../../tooling/test/bundle-for-node.ts';
import { type Child, startChild } from '../../../tooling/test/child.ts';
import { temporaryFolder } from '../../../tooling/test/folder.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const CLI = path.resolve(ROOT, '../../packages/cli');

// What has native parts, or is only loaded in development.
const INSTALLED = ['@libsql/*', 'libsql', '@opentelemetry/*', 'esbuild', 'swagger-ui-dist'];

/** The app as `blaize build` makes it, run by `blaize start --workers 2`. */
export class Cluster {
  readonly url: string;
  readonly #ca: string;
  readonly #folder: string;
  readonly #env: Record<string, string>;
  #primary: Child | undefined;

  private constructor(url: string, ca: string, folder: string, env: Record<string, string>) {
    [this.url, this.#ca, this.#folder, this.#env] = [url, ca, folder, env];
  }

  /** Builds and starts it; it ends with the test. @param settings as environment variables */
  static async start(settings: Readonly<Record<string, string>>): Promise<Cluster> {
    const folder = await temporaryFolder();
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
    cluster.#primary = primary;
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
  async stop(): Promise<number | NodeJS.Signals | undefined> {
    this.#primary?.process.kill('SIGTERM');
    return this.#primary?.ended;
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
    await this.#finish([...FROM_SOURCE, path.join(CLI, 'src/bin.ts'), 'build']);
    await bundleForNode([path.join(this.#app, 'dist/server.js')], path.join(this.#app, 'bundle'), {
      external: INSTALLED,
      extension: '.js',
    });
    await cp(path.join(this.#app, 'dist/manifest.json'), path.join(this.#app, 'bundle/manifest.json'));
    await bundleForNode(
      {
        bin: path.join(CLI, 'src/bin.ts'),
        'worker-main': path.join(CLI, '../cluster/src/worker-main.ts'),
      },
      path.join(this.#folder, 'cli/dist'),
      { external: ['esbuild'], extension: '.js' },
    );
    await writeFile(
      path.join(this.#folder, 'cli/package.json'),
      JSON.stringify({ version: '0.0.0', type: 'module' }),
    );
  }

  async #finish(args: readonly string[]): Promise<void> {
    const child = this.#run(args);
    const code = await child.ended;
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${child.output}`);
  }

  #run(args: readonly string[]): Child {
    return startChild(process.execPath, args, { cwd: this.#app, env: this.#env });
  }
}
