import { once } from 'node:events';
import { connect } from 'node:net';

import { developmentCertificate, trustCertificate } from '@blaizejs/ssl';
import { startTestServer, type TestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { AdapterUnderTest } from './adapter-suite.ts';

/** What a client gets that speaks cleartext; each character is a byte. */
async function speak(port: number, ...pieces: readonly string[]): Promise<string> {
  const socket = connect({ port, host: 'localhost' });
  let text = '';
  socket
    .setEncoding('latin1')
    .on('data', (chunk: string) => (text += chunk))
    .on('error', () => undefined);
  for (const piece of pieces) socket.write(piece, 'latin1');
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

const lines: string[] = [];
const logger = {
  ...{ trace: () => undefined, debug: () => undefined, info: () => undefined },
  ...{ error: () => undefined, fatal: () => undefined, child: () => logger },
  warn: (...parts: unknown[]) => void lines.push(JSON.stringify(parts)),
};

async function start(mode: 'development' | 'production'): Promise<TestServer> {
  lines.length = 0;
  const { cert, keyFile, certFile } = await developmentCertificate({ host: 'localhost' });
  trustCertificate(cert);
  const app = await startTestServer({ mode, logger, tls: { keyFile, certFile } });
  app.server.router.addRoute('GET', '/', { handler: () => 'ok' });
  return app;
}

const head = (host: string, path = '/a?b=c', method = 'GET'): string =>
  `${method} ${path} HTTP/1.1\r\nUser-Agent: x\r\nHost: ${host}\r\n\r\n`;

describe('cleartext on a port that speaks TLS', () => {
  test('is sent to https in development, counted, and told once', async () => {
    await using app = await start('development');
    const { port } = app.server;
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      const answer = await speak(port, head(`localhost:${port}`, '/a?b=c', method));
      expect(answer).toMatch(/^HTTP\/1\.1 307 /);
      expect(answer).toContain(`\r\nlocation: https://localhost:${port}/a?b=c\r\n`);
    }
    expect(app.server.limitHits.tls).toBe(4);
    expect(lines).toEqual([expect.stringContaining('A client spoke cleartext HTTP')]);
    expect(await (await app.http2.request('/')).text()).toBe('ok');
  });

  test.each([
    ['another host behind an @', head('good@evil.example')],
    ['a host with a path', head('evil.example/x')],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a target that is no path', head('localhost', 'http://evil.example/')],
    ['a head that is not there yet', 'GET / HT'],
    ['one letter', 'G'],
  ])('is sent nowhere by %s', async (_name, request) => {
    await using app = await start('development');
    const answer = await speak(app.server.port, request);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('location');
    expect(answer).toContain('This port speaks TLS');
  });

  test('gets 400 in production, counted, and told once', async () => {
    await using app = await start('production');
    for (let i = 0; i < 3; i++) {
      const answer = await speak(app.server.port, head('localhost'));
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('This port speaks TLS');
      expect(answer).not.toContain('location');
    }
    expect(app.server.limitHits.tls).toBe(3);
    expect(lines).toEqual([expect.stringContaining('A client spoke cleartext HTTP')]);
  });

  test('gets GOAWAY with INADEQUATE_SECURITY if it is HTTP/2 (RFC 9113 section 3.3)', async () => {
    await using app = await start('production');
    const answer = Buffer.from(await speak(app.server.port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 'latin1');
    expect([answer.readUInt8(3), answer.readUInt8(12), answer.readUInt32BE(22)]).toEqual([4, 7, 12]);
    expect(answer.toString('latin1')).toContain('This port speaks TLS');
  });

  test('is answered by what comes first: nothing is kept of the rest', async () => {
    await using app = await AdapterUnderTest.start('TLS', () => undefined);
    const socket = connect({ port: app.port, host: 'localhost', allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.resume().write('P');
    const drip = setInterval(() => socket.write('OST / HTTP/1.1\r\n'), 5);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(drip);
    await expect.poll(() => app.adapter.stats().connections).toBe(0);
    expect(app.hits.counts).toMatchObject({ tls: 1, handshakeTimeout: 0 });
  });

  test.each(['\0\0\0\0', '\x16garbage', '{}'])('that is no HTTP gets nothing: %j', async (bytes) => {
    await using app = await AdapterUnderTest.start('TLS', () => undefined, {
      limits: { handshakeTimeout: 50 },
    });
    expect(await speak(app.port, bytes)).not.toContain('HTTP');
    expect(app.hits.counts.tls).toBe(0);
  });

  test('that says nothing is ended at handshakeTimeout, and one that leaves at once', async () => {
    await using app = await AdapterUnderTest.start('TLS', () => undefined, {
      limits: { handshakeTimeout: 50 },
    });
    await speak(app.port);
    expect(app.hits.counts.handshakeTimeout).toBe(1);
    const socket = connect({ port: app.port, host: 'localhost' });
    await once(socket, 'connect');
    socket.end();
    await expect.poll(() => app.adapter.stats().connections).toBe(0);
    expect(app.hits.counts.tls).toBe(0);
  });
});
