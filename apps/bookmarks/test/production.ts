import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { developmentCertificate } from 'blaizejs/ssl';
import { createClient, type TestClient } from 'blaizejs/testing';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
const ARGS = ['--import', import.meta.resolve('tsx'), '--conditions', '@blaizejs/source'];

/** Sends requests, and reads their answers whole. */
export type Client = Pick<TestClient, 'request'>;

/** The app in production mode, in a process of its own. */
export interface Production {
  readonly url: string;
  readonly http1: Client;
  readonly http2: Client;
  /** Sends SIGTERM. @returns its exit code */
  stop(): Promise<number | null>;
}

/** Builds the scripts of the pages, as `pnpm build:page` does. */
export async function buildPage(): Promise<void> {
  await build({
    entryPoints: [path.join(ROOT, 'page/app.ts'), path.join(ROOT, 'page/live.ts')],
    outdir: path.join(ROOT, 'dist/page'),
    bundle: true,
    minify: true,
    format: 'esm',
    logLevel: 'silent',
    conditions: ['@blaizejs/source'],
  });
}

/**
 * Starts it.
 *
 * @param folder for its certificate
 * @param settings as environment variables
 */
export async function startProduction(
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<Production> {
  const { keyFile, certFile, cert } = await developmentCertificate({ host: '127.0.0.1', directory: folder });
  const child = spawn(process.execPath, [...ARGS, path.join(ROOT, 'src/server.ts')], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      SSL_KEY_PATH: keyFile,
      SSL_CERT_PATH: certFile,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const url = await new Promise<string>((resolve, reject) => {
    const output: string[] = [];
    createInterface(child.stdout).on('line', (line) => {
      output.push(line);
      const [, found] = /Server running on (https:[^\s"]+)/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    void exit.then(() => {
      reject(new Error(`The server did not start:\n${output.join('\n')}`));
    });
  });
  const client = (protocol: 'http1' | 'http2'): Client => {
    const made = createClient(url, { protocol, ca: cert });
    onTestFinished(() => made.close());
    return {
      request: async (...args) => {
        const response = await made.request(...args);
        return new Response(response.body && (await response.arrayBuffer()), response);
      },
    };
  };
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return (await exit)[0];
  };
  return { url, http1: client('http1'), http2: client('http2'), stop };
}
