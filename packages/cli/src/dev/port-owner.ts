import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process that listens on a port. */
export interface PortOwner {
  readonly pid: number;
  /** The program with its arguments. */
  readonly command: string;
}

// The state of a listening socket in /proc/net/tcp.
const LISTEN = '0A';

/** The process that listens on a port of this machine; undefined if there is none, or if this user cannot see it. */
export async function ownerOf(port: number): Promise<PortOwner | undefined> {
  const pid = process.platform === 'linux' ? await pidByProc(port) : await pidByLsof(port);
  if (pid === undefined) return undefined;
  return { pid, command: (await commandOf(pid)) || 'a process' };
}

/** Describes the process that listens on a port. */
export async function describeOwner(port: number): Promise<string> {
  const owner = await ownerOf(port);
  if (!owner) return 'a process that this user cannot see';
  const { pid, command } = owner;
  // The beginning shows the program, and the end its arguments.
  const short = command.length > 80 ? `${command.slice(0, 30)} … ${command.slice(-50)}` : command;
  return `${short} (process ${pid})`;
}

/** The inodes of the sockets that listen on a port, in a table such as /proc/net/tcp. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return state === LISTEN && local.endsWith(suffix) ? [inode] : [];
  });
}

async function pidByProc(port: number): Promise<number | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const sockets = new Set(
    tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`),
  );
  if (sockets.size === 0) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // Processes of other users can't be read.
    const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const links = await Promise.all(names.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
    if (links.some((link) => sockets.has(link))) return Number(pid);
  }
  return undefined;
}

async function pidByLsof(port: number): Promise<number | undefined> {
  const pid = Number(await output('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t']));
  return pid > 0 ? pid : undefined;
}

async function commandOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return line === undefined
    ? output('ps', ['-o', 'command=', '-p', String(pid)])
    : line.replaceAll('\0', ' ').trim();
}

/** The first line of a program's output; empty if there is no such program. */
async function output(file: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, args);
    return stdout.trim().split('\n')[0] ?? '';
  } catch {
    return '';
  }
}
