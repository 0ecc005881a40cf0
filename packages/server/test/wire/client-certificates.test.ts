import { once } from 'node:events';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

import type { Exchange } from '@blaizejs/types/internal';
import { beforeAll, describe, expect, test } from 'vitest';

import { type AdapterOptions, AdapterUnderTest } from './adapter-suite.ts';
import { makeCertificate, type Pair } from './certificates.ts';
import { head } from './http1-suite.ts';
import * as h2 from './raw-http2.ts';

let authority: Pair;
let server: Pair;
let known: Pair;
let stranger: Pair;

beforeAll(async () => {
  authority = await makeCertificate('authority', { authority: true });
  const of = (commonName: string): Promise<Pair> => makeCertificate(commonName, { ca: authority });
  [server, known, stranger] = await Promise.all([of('localhost'), of('known'), makeCertificate('stranger')]);
});

function asking(rejectUnauthorized: boolean): AdapterOptions {
  return {
    certificate: { ...server, ca: authority.cert },
    tls: { requestCert: true, rejectUnauthorized },
  };
}

describe.each(['http/1.1', 'h2'])('what TLS knows of a client, %s', (protocol) => {
  /** What an exchange tells of its peer, while it is open and once the client has left. */
  async function peerOf(options: AdapterOptions, client: ConnectionOptions): Promise<Exchange['peer']> {
    const peers: Exchange['peer'][] = [];
    let exchange: Exchange | undefined;
    await using app = await AdapterUnderTest.start(
      'HTTP/2',
      (one) => {
        exchange = one;
        peers.push(one.peer, one.peer);
        one.respond(200, { 'content-length': '0' }, null);
      },
      options,
    );
    const socket = dial(app.port, protocol, client);
    await request(socket, protocol);
    const left = new Promise<void>((resolve) => {
      for (const one of app.sockets) one.once('close', () => resolve());
    });
    socket.destroy();
    await left;
    peers.push(exchange?.peer);
    expect(peers[1]).toBe(peers[0]);
    expect(peers[2]).toBe(peers[0]);
    return peers[0];
  }

  test('a certificate that is valid', async () => {
    const peer = await peerOf(asking(true), { ...known, servername: 'localhost' });
    expect(peer).toMatchObject({
      authorized: true,
      protocol: 'TLSv1.3',
      cipher: expect.stringMatching(/^TLS_/) as unknown,
      servername: 'localhost',
      certificate: { subject: { CN: 'known' }, issuerCertificate: { subject: { CN: 'authority' } } },
    });
  });

  test('one that is not, where that is allowed', async () => {
    const peer = await peerOf(asking(false), { ...stranger, servername: 'localhost' });
    expect(peer).toMatchObject({ authorized: false, certificate: { subject: { CN: 'stranger' } } });
  });

  test.each([
    ['none', () => asking(false)],
    ['none was asked for', () => ({})],
  ])('%s', async (_name, options) => {
    const peer = await peerOf(options(), { maxVersion: 'TLSv1.2' });
    expect(peer).toEqual({
      authorized: false,
      certificate: undefined,
      protocol: 'TLSv1.2',
      cipher: expect.stringMatching(/^TLS_/) as unknown,
      servername: undefined,
    });
  });

  test.each([
    ['none', (): ConnectionOptions => ({})],
    ['one that is not valid', (): ConnectionOptions => stranger],
  ])('turns clients away that have %s, and serves others', async (_name, client) => {
    let served = 0;
    await using app = await AdapterUnderTest.start(
      'HTTP/2',
      (exchange) => {
        served += 1;
        exchange.respond(200, { 'content-length': '0' }, null);
      },
      asking(true),
    );
    const socket = dial(app.port, protocol, client());
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined).resume();
    await ended;
    expect(served).toBe(0);
    const other = dial(app.port, protocol, known);
    await request(other, protocol);
    other.destroy();
    expect(served).toBe(1);
  });
});

test('cleartext has no peer', async () => {
  const peers: unknown[] = [];
  await using app = await AdapterUnderTest.start('cleartext', (exchange) => {
    peers.push(exchange.peer);
    exchange.respond(200, { 'content-length': '0' }, null);
  });
  await using connection = await app.http1();
  connection.send(head('GET / HTTP/1.1'));
  await connection.answer();
  expect(peers).toEqual([undefined]);
});

function dial(port: number, protocol: string, options: ConnectionOptions): TLSSocket {
  return connect({
    host: 'localhost',
    port,
    ALPNProtocols: [protocol],
    rejectUnauthorized: false,
    servername: '',
    ...options,
  });
}

async function request(socket: TLSSocket, protocol: string): Promise<void> {
  await once(socket, 'secureConnect');
  if (protocol === 'h2')
    socket.write(Buffer.concat([h2.PREFACE, h2.settings(), h2.headers(1, h2.request('/'))]));
  else socket.write(head('GET / HTTP/1.1'));
  let received = Buffer.alloc(0);
  const isAnswered = (): boolean => (protocol === 'h2' ? hasHead(received) : received.includes('\r\n\r\n'));
  while (!isAnswered()) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    received = Buffer.concat([received, chunk]);
  }
}

function hasHead(received: Buffer): boolean {
  for (let at = 0; received.length >= at + 9; at += 9 + received.readUIntBE(at, 3)) {
    if (received[at + 3] === h2.HEADERS) return true;
  }
  return false;
}
