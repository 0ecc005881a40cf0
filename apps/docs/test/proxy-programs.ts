import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { onTestFinished } from 'vitest';

import { freePort } from '../../../tooling/free-port.mjs';
import { readPages } from './pages.ts';

const pages = readPages();

/** A folder for what the tests of proxies write. */
export const base = path.resolve(import.meta.dirname, '../.blaize/proxies');

/** Runs a program until the test is over; resolves when it listens. */
export async function run(program: string, args: string[], port: number): Promise<void> {
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended:\n${output}`);
    const socket = connect(port, '127.0.0.1');
    const listening = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (listening) return;
  }
}

/** A folder of its own, and a port that is free. */
export async function place(): Promise<{ folder: string; port: number }> {
  await mkdir(base, { recursive: true });
  const folder = await mkdtemp(path.join(base, 'run-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { folder, port: await freePort() };
}

export async function write(folder: string, name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

export function blocksOf(page: string, language: string): string[] {
  const { blocks } = pages.find(({ name }) => name === page)!;
  return blocks.filter((block) => block.language === language).map(({ code }) => code);
}

export function isMissing(program: string, flag: string): boolean {
  return spawnSync(program, [flag]).error !== undefined;
}
