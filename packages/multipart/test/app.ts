import type { BodyReader } from '@blaizejs/types';
import { startTestServer, type TestServer } from '@blaizejs/testing';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { multipart, type MultipartOptions } from '../src/index.ts';

/** The protocols over which a test talks to a server. */
export const PROTOCOLS = ['http1', 'http2'] as const;

/** A folder for temporary files, which a test looks into. */
export class UploadFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<UploadFolder> {
    return new UploadFolder(await mkdtemp(join(tmpdir(), 'multipart-test-')));
  }

  /** The names of all files in it, and of all folders. */
  async names(): Promise<string[]> {
    return readdir(this.path, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** The readers of a route. */
export function readers(options: MultipartOptions = {}): Record<string, BodyReader> {
  return { 'multipart/form-data': multipart(options) };
}

/** Starts a server with one route for POST. */
export async function serve(
  route: Parameters<TestServer['server']['router']['addRoute']>[2],
  options: Parameters<typeof startTestServer>[0] = {},
): Promise<TestServer> {
  const app = await startTestServer(options);
  app.server.router.addRoute('POST', '/', route);
  return app;
}
