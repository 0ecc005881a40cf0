import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import http2 from 'node:http2';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { setTimeout } from 'node:timers/promises';

import type { Server, TlsOptions } from '@blaizejs/types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createServer } from '../../src/index.ts';
import { makeCertificate, type Pair } from '../wire/certificates.ts';

const SPIFFE = 'spiffe://example.org/billing';

let authority: Pair;
let pair: Pair;
let known: Pair;
let directory: string;

beforeAll(async () => {
  authority = await makeCertificate('authority', { authority: true });
  pair = await makeCertificate('server', { ca: authority });
  known = await makeCertificate('billing', { ca: authority, names: ['billing.test'], uris: [SPIFFE] });
  directory = await mkdtemp(path.join(tmpdir(), 'blaize-clients-'));
});

afterAll(() => rm(directory, { recursive: true }));

async function start(tls: TlsOptions = {}): Promise<Server> {
  const server = createServer({
    port: 0,
    routesDir: false,
    logger: false,
    handleSignals: false,
    tls: { ...pair, ca: authority.cert, requestCert: true, ...tls },
  });
  server.router.addRoute('GET', '/', {
    handler: ({ request }) => ({ authorized: request.tls?.authorized, client: request.tls?.client ?? null }),
  });
  return server.listen(0, '127.0.0.1');
}

interface Outcome {
  readonly answer: { authorized: boolean; client: { spiffeId?: string; fingerprint256: string } | null };
  readonly reused: boolean;
  readonly session: Buffer;
}

/** One request on a connection of its own. Rejects if the server refuses the client. */
async function ask(server: Server, protocol: string, options: ConnectionOptions): Promise<Outcome> {
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port: server.port,
    servername: 'localhost',
    ca: authority.cert,
    ALPNProtocols: [protocol],
    ...options,
  });
  const sessions: Buffer[] = [];
  socket.on('session', (session: Buffer) => sessions.push(session));
  const broken = new Promise<never>((_resolve, reject) => {
    socket.on('error', reject).on('close', () => reject(new Error('closed')));
  });
  broken.catch(() => undefined);
  const answering = async (): Promise<Outcome['answer']> => {
    await once(socket, 'secureConnect');
    if (protocol === 'h2') {
      const client = http2.connect('https://localhost', { createConnection: () => socket });
      client.on('error', () => undefined);
      return (await json(client.request({ ':path': '/' }))) as Outcome['answer'];
    }
    const request = http.get({ host: 'localhost', createConnection: () => socket });
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    return (await json(response)) as Outcome['answer'];
  };
  const answer = await Promise.race([answering(), broken]);
  const reused = socket.isSessionReused();
  socket.destroy();
  return { answer, reused, session: sessions.at(-1) as Buffer };
}

async function revoke(cert: string): Promise<string> {
  const file = (name: string): string => path.join(directory, name);
  const now = `${new Date().toISOString().replace(/\D/g, '').slice(2, 14)}Z`;
  const { serialNumber } = new X509Certificate(cert);
  await writeFile(file('index'), `R\t491231235959Z\t${now}\t${serialNumber}\tunknown\t/CN=revoked\n`);
  await writeFile(file('key'), authority.key, { mode: 0o600 });
  await writeFile(file('cert'), authority.cert);
  await writeFile(
    file('config'),
    `[ca]\ndefault_ca = test\n[test]\ndatabase = ${file('index')}\ndefault_md = sha256\ndefault_crl_days = 30\n`,
  );
  const options = ['-config', file('config'), '-keyfile', file('key'), '-cert', file('cert')];
  return (await promisify(execFile)('openssl', ['ca', '-gencrl', ...options])).stdout;
}

describe.each(['http/1.1', 'h2'])('%s', (protocol) => {
  test('a route sees who the client is, after a rotation and in a resumed session too', async () => {
    await using server = await start();
    const client = {
      commonName: 'billing',
      dnsNames: ['billing.test'],
      addresses: [],
      emails: [],
      uris: [SPIFFE],
      spiffeId: SPIFFE,
      fingerprint256: new X509Certificate(known.cert).fingerprint256,
      serialNumber: new X509Certificate(known.cert).serialNumber,
    };
    const first = await ask(server, protocol, known);
    expect(first.answer).toEqual({ authorized: true, client });
    await server.updateTls(await makeCertificate('renewed', { ca: authority }));
    const resumed = await ask(server, protocol, { ...known, session: first.session });
    expect(resumed).toMatchObject({ answer: { authorized: true, client }, reused: true });
    // With no certificate but the one in the session.
    const bare = await ask(server, protocol, { session: first.session });
    expect(bare).toMatchObject({ answer: { authorized: true, client }, reused: true });
    expect((await ask(server, protocol, known)).answer).toEqual({ authorized: true, client });
  });

  test('a revoked client is refused at once, with a session too', async () => {
    await using server = await start();
    const { session } = await ask(server, protocol, known);
    await server.updateTls({ crl: await revoke(known.cert) });
    await expect(ask(server, protocol, known)).rejects.toThrow();
    await expect(ask(server, protocol, { ...known, session })).rejects.toThrow();
    await expect(ask(server, protocol, { session })).rejects.toThrow();
    const other = await makeCertificate('other', { ca: authority });
    expect((await ask(server, protocol, other)).answer.authorized).toBe(true);
  });

  test('authorities and revocation lists may be files', async () => {
    const [caFile, crlFile] = [path.join(directory, 'ca.pem'), path.join(directory, 'crl.pem')];
    await writeFile(caFile, authority.cert);
    await writeFile(crlFile, await revoke(pair.cert));
    await using server = await start({ ca: undefined, caFile, crlFile });
    const { session } = await ask(server, protocol, known);
    await writeFile(crlFile, await revoke(known.cert));
    await server.updateTls({});
    await expect(ask(server, protocol, { session })).rejects.toThrow();
  });

  test('a session does not outlive the certificate of its client', async () => {
    const brief = await makeCertificate('brief', { ca: authority, expiresIn: 2000 });
    await using strict = await start();
    await using lenient = await start({ rejectUnauthorized: false });
    const sessions = [await ask(strict, protocol, brief), await ask(lenient, protocol, brief)];
    expect(sessions.map(({ answer }) => answer.authorized)).toEqual([true, true]);
    const left = Date.parse(new X509Certificate(brief.cert).validTo) - Date.now();
    await setTimeout(left + 1000);
    await expect(ask(strict, protocol, { session: sessions[0]?.session })).rejects.toThrow();
    const { answer, reused } = await ask(lenient, protocol, { session: sessions[1]?.session });
    expect({ answer, reused }).toEqual({ answer: { authorized: false, client: null }, reused: true });
  });

  test('a client that is not trusted has no identity', async () => {
    await using server = await start({ rejectUnauthorized: false });
    const stranger = await makeCertificate('billing', { uris: [SPIFFE] });
    expect((await ask(server, protocol, stranger)).answer).toEqual({ authorized: false, client: null });
  });
});
