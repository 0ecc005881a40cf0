import { fileURLToPath } from 'node:url';

import { expect, test, vi } from 'vitest';

import { freePort } from '../../../../tooling/free-port.mjs';
import { FROM_SOURCE } from '../../../../tooling/from-source.mjs';
import { type Child, startChild } from '../../../../tooling/test/child.ts';
import { issued, storeDirectory } from './acme-server.ts';
import { type Pebble, startPebble } from './pebble.ts';

const program = fileURLToPath(new URL('child.ts', import.meta.url));
const soon = { timeout: 60_000, interval: 200 };

/** Starts a server in another process, and resolves when it listens. */
async function startProcess({ directoryUrl, ca }: Pebble, directory: string, port: number): Promise<Child> {
  const options = { port, tls: { acme: { domains: ['example.org'], directoryUrl, ca, directory } } };
  const child = startChild(process.execPath, [...FROM_SOURCE, program, JSON.stringify(options)]);
  await child.says('listening');
  return child;
}

test('two processes with one store make one order', async () => {
  const pebble = await startPebble();
  const directory = await storeDirectory();
  const other = await freePort();
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
  first.process.kill('SIGKILL');
  await first.ended;
  pebble.instead = undefined;
  await startProcess(pebble, directory, pebble.tlsPort);
  await vi.waitFor(() => issued(pebble.tlsPort, 'example.org'), soon);
  expect(pebble.orders).toBe(1);
}, 120_000);
