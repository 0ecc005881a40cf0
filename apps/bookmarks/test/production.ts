import path from 'node:path';
import { developmentCertificate } from 'blaizejs/ssl';
import { createClient, type TestClient } from 'blaizejs/testing';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { startChild } from '../../../tooling/test/child.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Sends requests, and reads their answers whole. */
export type Client = Pick<TestClient, 'request'>;

/** The app in production mode, in a process of its own. */
export interface Production {
  readonly url: string;
  readonly http1: Client;
  readonly http2: Client;
  /** Sends SIGTERM. @returns its exit code */
  stop(): Promise<number | NodeJS.Signals>;
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
  const child = startChild(process.execPath, [...FROM_SOURCE, path.join(ROOT, 'src/server.ts')], {
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
  const [, url = ''] = await child.says(/Server running on (https:[^\s"]+)/);
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
  const stop = (): Promise<number | NodeJS.Signals> => {
    child.process.kill('SIGTERM');
    return child.ended;
  };
  return { url, http1: client('http1'), http2: client('http2'), stop };
}
