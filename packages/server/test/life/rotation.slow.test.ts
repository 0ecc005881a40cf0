import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import http2 from 'node:http2';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { setTimeout } from 'node:timers/promises';

import type { Server } from '@blaizejs/types';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createServer } from '../../src/index.ts';
import { makeCertificate, type Pair } from '../wire/certificates.ts';

/** Operators are promised 5 s, which the looks at files keep: one a second. Here, the machine may have other work. */
const SECONDS = 20;

let authority: Pair;
let directory: string;

beforeAll(async () => {
  authority = await makeCertificate('authority', { authority: true });
  directory = await mkdtemp(path.join(tmpdir(), 'blaize-rotation-'));
});

afterAll(() => rm(directory, { recursive: true }));

const at = (name: string): string => path.join(directory, name);
const issue = (): Promise<Pair> => makeCertificate('server', { ca: authority });

async function write(folder: string, { key, cert }: Pair): Promise<void> {
  await mkdir(at(folder), { recursive: true });
  await writeFile(at(`${folder}/tls.key`), key);
  await writeFile(at(`${folder}/tls.crt`), cert);
}

async function link(to: string, from: string): Promise<void> {
  await symlink(to, at(`${from}.new`));
  await rename(at(`${from}.new`), at(from));
}

/** How files are replaced, after a first time that creates them. */
const WAYS: Record<string, (pair: Pair, turn: number) => Promise<void>> = {
  // Both in place, the certificate two seconds after its key.
  async 'in-place'({ key, cert }, turn) {
    await mkdir(at('in-place'), { recursive: true });
    await writeFile(at('in-place/tls.key'), key);
    if (turn > 0) await setTimeout(2000);
    await writeFile(at('in-place/tls.crt'), cert);
  },
  async replaced(pair) {
    await write('replaced-next', pair);
    await mkdir(at('replaced'), { recursive: true });
    for (const name of ['tls.key', 'tls.crt'])
      await rename(at(`replaced-next/${name}`), at(`replaced/${name}`));
  },
  async recreated(pair, turn) {
    if (turn > 0) await rm(at('recreated'), { recursive: true });
    if (turn > 0) await setTimeout(1500);
    await write('recreated', pair);
  },
  async kubernetes(pair, turn) {
    await write(`kubernetes/..${turn}`, pair);
    await link(`..${turn}`, 'kubernetes/..data');
    if (turn > 0) await rm(at(`kubernetes/..${turn - 1}`), { recursive: true });
    else for (const name of ['tls.key', 'tls.crt']) await symlink(`..data/${name}`, at(`kubernetes/${name}`));
  },
  async certbot({ key, cert }, turn) {
    await mkdir(at('certbot/archive'), { recursive: true });
    await writeFile(at(`certbot/archive/key${turn}.pem`), key);
    await writeFile(at(`certbot/archive/cert${turn}.pem`), cert);
    await link(`archive/key${turn}.pem`, 'certbot/tls.key');
    await link(`archive/cert${turn}.pem`, 'certbot/tls.crt');
  },
};

function serve(folder: string): Server {
  return createServer({
    port: 0,
    routesDir: false,
    logger: false,
    handleSignals: false,
    mode: 'production',
    tls: { keyFile: at(`${folder}/tls.key`), certFile: at(`${folder}/tls.crt`) },
  });
}

async function shown(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: authority.cert });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

/** Milliseconds until new connections get the certificate. */
async function untilShown(port: number, { cert }: Pair): Promise<number> {
  const begun = performance.now();
  const { fingerprint256 } = new X509Certificate(cert);
  while ((await shown(port)) !== fingerprint256) {
    if (performance.now() - begun > SECONDS * 1000) return Infinity;
    await setTimeout(50);
  }
  return performance.now() - begun;
}

/** Asks again and again, and counts. It pauses, so that the load of five tests leaves the servers time. */
function load(ask: () => Promise<string>): () => Promise<{ answered: number; failed: unknown[] }> {
  let isOver = false as boolean;
  const counts = { answered: 0, failed: [] as unknown[] };
  const running = (async () => {
    while (!isOver) {
      try {
        expect(await ask()).toBe('hello');
        counts.answered += 1;
      } catch (error) {
        counts.failed.push(error);
      }
      await setTimeout(20);
    }
  })();
  return async () => {
    isOver = true;
    await running;
    return counts;
  };
}

// At once: each mostly waits for the next look at its files.
test.concurrent.each(Object.keys(WAYS))(
  '4 new certificates, %s: in use soon, and no request fails',
  async (way) => {
    const replace = WAYS[way] as (typeof WAYS)[string];
    await replace(await issue(), 0);
    await using server = serve(way);
    server.router.addRoute('GET', '/', { handler: () => 'hello' });
    await server.listen(0, '127.0.0.1');
    const { port } = server;
    const trust = { host: '127.0.0.1', port, servername: 'localhost', ca: authority.cert };
    const session = http2.connect(`https://localhost:${port}`, { ...trust });
    const agent = new https.Agent({ keepAlive: true });
    const get = async (options: https.RequestOptions): Promise<string> => {
      const request = https.get({ ...trust, ...options });
      const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
      return text(response);
    };
    const loads = [
      load(() => text(session.request({ ':path': '/' }))),
      load(async () => {
        const fresh = http2.connect(`https://localhost:${port}`, { ...trust });
        const answer = await text(fresh.request({ ':path': '/' }));
        fresh.close();
        return answer;
      }),
      load(() => get({ agent })),
      load(() => get({ agent: false })),
    ];
    for (let turn = 1; turn <= 4; turn++) {
      const pair = await issue();
      await replace(pair, turn);
      expect(await untilShown(port, pair)).toBeLessThan(Infinity);
    }
    for (const end of loads) {
      const { answered, failed } = await end();
      expect(failed).toEqual([]);
      expect(answered).toBeGreaterThan(4);
    }
    expect(session.closed).toBe(false);
    session.close();
    agent.destroy();
    expect(server.statistics.certificateReloads).toEqual({ succeeded: 4, failed: 0 });
  },
  60_000,
);

test.concurrent(
  'a bad one is reported once, and the old one stays',
  async () => {
    const lines: { message: string; file?: unknown }[] = [];
    const old = await issue();
    await write('bad', old);
    const note = (fields: object | string, message?: string): void =>
      void lines.push(
        typeof fields === 'string' ? { message: fields } : { ...fields, message: message ?? '' },
      );
    const logger = { debug() {}, info() {}, warn: note, error: note, trace() {}, fatal: note };
    await using server = createServer({
      port: 0,
      routesDir: false,
      handleSignals: false,
      mode: 'production',
      logger,
      tls: { keyFile: at('bad/tls.key'), certFile: at('bad/tls.crt') },
    });
    await server.listen(0, '127.0.0.1');
    lines.length = 0;
    await writeFile(at('bad/tls.crt'), (await issue()).cert);
    while (server.statistics.certificateReloads.failed === 0) await setTimeout(50);
    await setTimeout(2500);
    expect(lines).toEqual([
      expect.objectContaining({
        file: at('bad/tls.key'),
        message: expect.stringMatching(
          /^A changed certificate can't be used, .* does not belong to/,
        ) as unknown,
      }),
    ]);
    expect(await shown(server.port)).toBe(new X509Certificate(old.cert).fingerprint256);
    const good = await issue();
    await write('bad', good);
    expect(await untilShown(server.port, good)).toBeLessThan(Infinity);
  },
  60_000,
);
