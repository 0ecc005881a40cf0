import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { expect, onTestFinished, test, vi } from 'vitest';

import { issued, storeDirectory } from './acme-server.ts';
import { freePorts, type Pebble, startPebble } from './pebble.ts';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const program = fileURLToPath(new URL('child.ts', import.meta.url));
const soon = { timeout: 60_000, interval: 200 };

/** Starts a server in another process, and resolves when it listens. */
async function startProcess(
  { directoryUrl, ca }: Pebble,
  directory: string,
  port: number,
): Promise<ChildProcess> {
  const options = { port, tls: { acme: { domains: ['example.org'], directoryUrl, ca, directory } } };
  const child = spawn(
    process.execPath,
    ['--import', tsx, '--conditions', '@blaizejs/source', program, JSON.stringify(options)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await once(child.stdout, 'data');
  return child;
}

test('two processes with one store make one order', async () => {
  const pebble = await startPebble();
  const directory = await storeDirectory();
  const [other = 0] = await freePorts(1);
  // Both listen before one of them asks: the authority has to reach the other one's port.
  const listening = Promise.all([pebble.tlsPort, other].map((port) => startProcess(pebble, directory, port)));
  pebble.hold = listening;
  await listening;
  const fingerprints = await Promise.all(
    [pebble.tlsPort, other].map((port) => vi.waitFor(() => issued(port, 'example.org'), soon)),
  );
  expect(new Set(fingerprints).size).toBe(1);
  expect(pebble.orders).toBe(1);
}, 120_000);

test('a process that is killed during an order leaves it to the next one, which finishes it', async () => {
  const pebble = await startPebble();
  const directory = await storeDirectory();
  const finalizing = new Promise<void>((resolve) => {
    pebble.instead = ({ url = '' }) => {
      if (!url.startsWith('/finalize-order/')) return false;
      resolve();
      return true;
    };
  });
  const first = await startProcess(pebble, directory, pebble.tlsPort);
  await finalizing;
  const ended = once(first, 'exit');
  first.kill('SIGKILL');
  await ended;
  pebble.instead = undefined;
  await startProcess(pebble, directory, pebble.tlsPort);
  await vi.waitFor(() => issued(pebble.tlsPort, 'example.org'), soon);
  expect(pebble.orders).toBe(1);
}, 120_000);
