import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';

import { expect, test, vi } from 'vitest';

import { freePort, freePorts } from '../../../../tooling/free-port.mjs';
import { issued, shown, soon, start, storeDirectory } from './acme-server.ts';
import { getCleartext } from './front.ts';
import { startPebble } from './pebble.ts';

test('a server gets a certificate by TLS-ALPN-01, and clients that trust the authority accept it', async () => {
  const pebble = await startPebble();
  const { lines, directory } = await start(pebble, {
    domains: ['example.org', 'www.example.org'],
    email: 'ops@example.org',
  });
  await vi.waitFor(() => issued(pebble.tlsPort, 'example.org'), soon);
  const socket = connect({
    port: pebble.tlsPort,
    host: '127.0.0.1',
    servername: 'www.example.org',
    ca: await pebble.root(),
    ALPNProtocols: ['h2'],
  });
  await once(socket, 'secureConnect');
  expect(socket.authorized).toBe(true);
  socket.destroy();
  expect(lines.join('\n')).toMatch(/An ACME account was created/);
  expect(pebble.orders).toBe(1);
  // Only the owner may read what is stored.
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const file of files) {
    const { mode } = await stat(join(file.parentPath, file.name));
    expect(mode & 0o777, file.name).toBe(file.isDirectory() ? 0o700 : 0o600);
  }
}, 60_000);

test('a redirecting endpoint answers HTTP-01, and only for tokens of the order', async () => {
  const pebble = await startPebble();
  const port = await freePort();
  await start(
    pebble,
    { domains: ['example.org'], challenges: ['http-01'] },
    { port, endpoints: [{ port: pebble.httpPort, host: '127.0.0.1', redirect: true }] },
  );
  await vi.waitFor(() => issued(port, 'example.org'), soon);
  for (const token of ['unknown', '..%2faccount.json', '../account.json']) {
    const { status } = await getCleartext(pebble.httpPort, `/.well-known/acme-challenge/${token}`);
    expect(status).not.toBe(200);
  }
}, 60_000);

test('an app in cleartext answers HTTP-01, and everything else as usual', async () => {
  const pebble = await startPebble();
  const port = await freePort();
  await start(
    pebble,
    { domains: ['example.org'], challenges: ['http-01'] },
    { port, endpoints: [{ port: pebble.httpPort, host: '127.0.0.1', tls: false }] },
  );
  await vi.waitFor(() => issued(port, 'example.org'), soon);
  expect(await getCleartext(pebble.httpPort, '/.well-known/acme-challenge/unknown')).toMatchObject({
    status: 404,
  });
}, 60_000);

test('a wildcard comes by DNS-01, and the account is bound to one at the authority', async () => {
  const eab = { kid: 'kid-1', hmacKey: 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W' };
  const pebble = await startPebble({ eab });
  const records: string[] = [];
  await start(pebble, {
    domains: ['example.org', '*.example.org'],
    eab,
    dns: {
      set: (name, value) => {
        records.push(`+${name}`);
        return pebble.record('set', name, value);
      },
      remove: (name, value) => {
        records.push(`-${name}`);
        return pebble.record('clear', name, value);
      },
    },
  });
  await vi.waitFor(() => issued(pebble.tlsPort, 'any.example.org'), soon);
  const { subjectaltname } = await shown(pebble.tlsPort, 'any.example.org');
  expect(subjectaltname?.split(', ').sort()).toEqual(['DNS:*.example.org', 'DNS:example.org']);
  expect(new Set(records)).toEqual(new Set(['+_acme-challenge.example.org', '-_acme-challenge.example.org']));
}, 60_000);

test('servers that share a store make one order, and answer for each other', async () => {
  const pebble = await startPebble();
  const directory = await storeDirectory();
  const acme = { domains: ['example.org'], directory };
  const ports = await freePorts(2);
  // The authority reaches only the last one, as soon as it listens.
  const listening = Promise.all([...ports, pebble.tlsPort].map((port) => start(pebble, acme, { port })));
  pebble.hold = listening;
  await listening;
  const fingerprints = await Promise.all(
    [...ports, pebble.tlsPort].map((port) => vi.waitFor(() => issued(port, 'example.org'), soon)),
  );
  expect(new Set(fingerprints).size).toBe(1);
  expect(pebble.orders).toBe(1);
}, 60_000);
