import { once } from 'node:events';
import { type ConnectionOptions, connect, createSecureContext, type TLSSocket } from 'node:tls';

import { beforeAll, describe, expect, test } from 'vitest';

import { type AdapterOptions, AdapterUnderTest } from './adapter-suite.ts';
import { makeCertificate, type Pair } from './certificates.ts';
import { head } from './http1-suite.ts';

let fallback: Pair;
let example: Pair;
let challenge: Pair;

beforeAll(async () => {
  fallback = await makeCertificate('fallback');
  example = await makeCertificate('example');
  challenge = await makeCertificate('challenge');
});

async function start(tls: AdapterOptions['tls'], http2 = true): Promise<AdapterUnderTest> {
  return AdapterUnderTest.start(
    'HTTP/2',
    (exchange) => exchange.respond(200, { 'content-length': '0' }, null),
    { certificate: fallback, tls, http2 },
  );
}

async function dial({ port }: AdapterUnderTest, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: 'localhost', port, rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

const commonName = (socket: TLSSocket): unknown => socket.getPeerCertificate().subject.CN;

describe('a certificate by name (SNI, RFC 6066 section 3)', () => {
  test.each([
    ['EXAMPLE.org', 'example'],
    ['other.org', 'fallback'],
    ['', 'fallback'],
  ])('for %j is that of %s', async (servername, expected) => {
    const names: string[] = [];
    await using app = await start({
      sni: (name) => {
        names.push(name);
        return name === 'example.org' ? createSecureContext(example) : undefined;
      },
    });
    for (const protocol of ['h2', 'http/1.1']) {
      const socket = await dial(app, { servername, ALPNProtocols: [protocol] });
      expect([commonName(socket), socket.alpnProtocol]).toEqual([expected, protocol]);
      socket.destroy();
    }
    expect(names).toEqual(servername === '' ? [] : [servername.toLowerCase(), servername.toLowerCase()]);
  });

  test('that fails ends the handshake, and nothing else', async () => {
    let broken = true;
    await using app = await start({
      sni: () => {
        if (broken) throw new Error('no such file');
        return undefined;
      },
    });
    await expect(dial(app, { servername: 'example.org' })).rejects.toThrow();
    broken = false;
    const socket = await dial(app, { servername: 'example.org' });
    expect(commonName(socket)).toBe('fallback');
    socket.destroy();
  });
});

describe('a protocol by ALPN', () => {
  test('that is not of HTTP has its own certificate, and ends with its handshake (RFC 8737)', async () => {
    let challenged = false;
    await using app = await start({
      alpn: (name, protocols) => {
        challenged = name === 'example.org' && protocols.includes('acme-tls/1');
        return challenged ? 'acme-tls/1' : undefined;
      },
      sni: () => (challenged ? createSecureContext(challenge) : undefined),
    });
    const socket = await dial(app, { servername: 'example.org', ALPNProtocols: ['acme-tls/1'] });
    expect([socket.alpnProtocol, commonName(socket)]).toEqual(['acme-tls/1', 'challenge']);
    socket.write(head('GET / HTTP/1.1'));
    let received = '';
    socket.on('data', (chunk) => (received += String(chunk))).on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(received).toBe('');
    const other = await dial(app, { servername: 'example.org', ALPNProtocols: ['http/1.1', 'h2'] });
    expect([other.alpnProtocol, commonName(other)]).toEqual(['h2', 'fallback']);
    other.destroy();
  });

  test('is refused if the question for it fails, and nothing else', async () => {
    await using app = await start({
      alpn: () => {
        throw new Error('no answer');
      },
    });
    await expect(dial(app, { ALPNProtocols: ['h2'] })).rejects.toThrow();
    const socket = await dial(app, {});
    socket.destroy();
  });

  test.each([
    ['without a name', ''],
    ['with a name', 'localhost'],
  ])('is asked for %s', async (_name, servername) => {
    const asked: unknown[] = [];
    await using app = await start({ alpn: (...question) => void asked.push(question) });
    const socket = await dial(app, { servername, ALPNProtocols: ['h2', 'http/1.1'] });
    socket.destroy();
    expect(asked).toEqual([[servername, ['h2', 'http/1.1']]]);
  });
});

describe('HTTPS without HTTP/2', () => {
  test.each([
    ['http/1.1', ['h2', 'http/1.1'], 'http/1.1'],
    ['no protocol', undefined, false],
  ])('speaks HTTP/1.1 to a client that offers %s', async (_name, ALPNProtocols, chosen) => {
    await using app = await start({}, false);
    const socket = await dial(app, { ...(ALPNProtocols && { ALPNProtocols }) });
    expect(socket.alpnProtocol).toBe(chosen);
    socket.write(head('GET / HTTP/1.1'));
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    socket.destroy();
  });

  test('has no protocol for one that offers h2 alone (RFC 7301 section 3.2)', async () => {
    await using app = await start({}, false);
    await expect(dial(app, { ALPNProtocols: ['h2'] })).rejects.toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    });
  });
});

test('options of a secure context hold until another is set', async () => {
  await using app = await start({ maxVersion: 'TLSv1.2' });
  if ('setSecureContext' in app.adapter.server) {
    app.adapter.server.setSecureContext({ ...fallback, maxVersion: 'TLSv1.2' });
  }
  const socket = await dial(app, {});
  expect(socket.getProtocol()).toBe('TLSv1.2');
  socket.destroy();
});
