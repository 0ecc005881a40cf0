import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const NAME = /^blaizejs-uploads-([\w-]+)-(\d+)-(\d+)-\w{6}$/;
const HOST = hostname().replace(/\W/g, '_');
// Seconds by which two measurements of the same start may differ.
const TOLERANCE = 2;

const live = new Set<string>();
const swept = new Set<string>();

/** A folder of this process for temporary files. It exists while there are any, and only its user can look into it. */
export class TempFolder {
  readonly #parent: string;
  #users = 0;
  #path: Promise<string> | undefined;

  constructor(parent: string) {
    this.#parent = parent;
  }

  /** Creates the folder if it does not exist. Each call needs a call of {@link release}. */
  async acquire(): Promise<string> {
    this.#users += 1;
    try {
      return await (this.#path ??= create(this.#parent));
    } catch (error) {
      this.#path = undefined;
      this.#users -= 1;
      throw error;
    }
  }

  /** Removes the folder if nobody else uses it. */
  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    const path = await this.#path;
    if (this.#users > 0 || path === undefined || !live.has(path)) return;
    this.#path = undefined;
    live.delete(path);
    await rmdir(path).catch(() => undefined);
  }
}

/**
 * Removes the folders that processes left in `parent` when they were killed: those with this host's name whose
 * process is gone or whose process id is now ours. Runs once for each parent.
 */
export async function removeLeftovers(parent: string): Promise<void> {
  if (swept.has(parent)) return;
  swept.add(parent);
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const [, host, pid, started] = NAME.exec(name) ?? [];
    if (host !== HOST || isAlive(Number(pid), Number(started))) continue;
    const path = join(parent, name);
    if (await isOurs(path)) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Whether a folder belongs to the user of this process. In a folder of another user, such as one in `/tmp`, a symbolic link
 * could replace a file while the folder is being removed.
 */
async function isOurs(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  // Windows has no user ids.
  return found?.isDirectory() === true && (!process.getuid || found.uid === process.getuid());
}

async function create(parent: string): Promise<string> {
  const path = await mkdtemp(join(parent, `blaizejs-uploads-${HOST}-${process.pid}-${startOfProcess()}-`));
  if (live.size === 0 && !process.listeners('exit').includes(removeAll)) process.on('exit', removeAll);
  live.add(path);
  return path;
}

function removeAll(): void {
  for (const path of live) rmSync(path, { recursive: true, force: true });
}

function isAlive(pid: number, started: number): boolean {
  // In containers, every process may have the same id.
  if (pid === process.pid) return Math.abs(started - startOfProcess()) <= TOLERANCE;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Seconds since 1970. */
function startOfProcess(): number {
  return Math.round(Date.now() / 1000 - process.uptime());
}
