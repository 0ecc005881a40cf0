import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { generateCertificate } from '@blaizejs/ssl/internal';
import { onTestFinished } from 'vitest';

import { temporaryFolder } from '../../../../tooling/test/folder.ts';
import { freePorts } from '../../../../tooling/free-port.mjs';
import { type Front, startFront } from './front.ts';

/** A real ACME server (Debian's `pebble`), with a DNS server in which every name is this machine. */
export interface Pebble extends Front {
  readonly directoryUrl: string;
  /** Trusts its API. */
  readonly ca: string;
  /** The port on which it asks for HTTP-01. */
  readonly httpPort: number;
  /** The port on which it asks for TLS-ALPN-01. */
  readonly tlsPort: number;
  /** Sets a TXT record in its DNS, or removes it. */
  record(action: 'set' | 'clear', name: string, value: string): Promise<void>;
  /** The root of the certificates that it issues. */
  root(): Promise<string>;
}

/** Starts one, and ends it at the end of the test. @param validity of its certificates in seconds */
export async function startPebble({
  validity = 90 * 86_400,
  eab,
}: { validity?: number; eab?: { kid: string; hmacKey: string } } = {}): Promise<Pebble> {
  const directory = await temporaryFolder();
  const [api, management, httpPort, tlsPort, dns, records] = await freePorts(6);
  const { key, cert } = await generateCertificate(['localhost', '127.0.0.1']);
  const config = {
    pebble: {
      listenAddress: `127.0.0.1:${api}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: join(directory, 'cert.pem'),
      privateKey: join(directory, 'key.pem'),
      httpPort,
      tlsPort,
      certificateValidityPeriod: validity,
      externalAccountBindingRequired: eab !== undefined,
      externalAccountMACKeys: eab ? { [eab.kid]: eab.hmacKey } : {},
    },
  };
  await writeFile(join(directory, 'cert.pem'), cert);
  await writeFile(join(directory, 'key.pem'), key);
  await writeFile(join(directory, 'config.json'), JSON.stringify(config));
  const off = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', ''];
  run('pebble-challtestsrv', [...off, '-dns01', `127.0.0.1:${dns}`, '-management', `127.0.0.1:${records}`]);
  run('pebble', ['-config', join(directory, 'config.json'), '-dnsserver', `127.0.0.1:${dns}`]);
  const front = await startFront({ key, cert, port: api as number });
  const url = `https://127.0.0.1:${management}/roots/0`;
  await reachable(() => front.fetch(url));
  await reachable(() => fetch(`http://127.0.0.1:${records}/`).then((response) => response.text()));
  return Object.assign(front, {
    directoryUrl: `https://127.0.0.1:${front.port}/dir`,
    ca: cert,
    httpPort: httpPort as number,
    tlsPort: tlsPort as number,
    root: () => front.fetch(url),
    record: async (action: 'set' | 'clear', name: string, value: string) => {
      const body = JSON.stringify({ host: `${name}.`, value });
      await fetch(`http://127.0.0.1:${records}/${action}-txt`, { method: 'POST', body });
    },
  });
}

function run(program: string, args: readonly string[]): void {
  const child = spawn(program, args, {
    stdio: process.env['SHOW_PEBBLE'] ? 'inherit' : 'ignore',
    env: { ...process.env, PEBBLE_VA_NOSLEEP: '1' },
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
}

async function reachable(attempt: () => Promise<unknown>): Promise<void> {
  for (let left = 200; ; left--) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await setTimeout(50);
    }
  }
}
