import { mkdir, mkdtemp, readdir, readlink, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startTestServer, type TestServer } from '@blaizejs/testing';

import { serveStatic, type StaticOptions } from '../../src/static.ts';

/** The protocols over which a test talks to a server. */
export const PROTOCOLS = ['http1', 'http2'] as const;

/** A temporary folder. */
export class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(location: string) {
    this.path = location;
  }

  /** @param files their contents by their paths */
  static async of(files: Readonly<Record<string, string | Uint8Array>>, parent = tmpdir()): Promise<Folder> {
    const folder = new Folder(await realpath(await mkdtemp(path.join(parent, 'static-test-'))));
    for (const [name, content] of Object.entries(files)) await folder.write(name, content);
    return folder;
  }

  at(...names: string[]): string {
    return path.join(this.path, ...names);
  }

  /** Writes a file whose last modification is an hour ago. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    await mkdir(path.dirname(this.at(name)), { recursive: true });
    await writeFile(this.at(name), content);
    const past = new Date(Date.now() - 3_600_000);
    await utimes(this.at(name), past, past);
  }

  /** The files in it that this process has open, on Linux. */
  async open(): Promise<string[]> {
    const links = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    return links.filter((link) => link.startsWith(this.path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** Starts a server of a folder. */
export async function serve(
  folder: Folder,
  options: Partial<StaticOptions> = {},
  server: Parameters<typeof startTestServer>[0] = {},
): Promise<TestServer> {
  return startTestServer({
    ...server,
    middleware: [...(server.middleware ?? []), serveStatic({ root: folder.path, ...options })],
  });
}
