import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';

import { developmentCertificate, trustCertificate } from '@blaizejs/ssl';
import { createClient, startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { createServer } from '../../src/index.ts';
import { makeCertificate, type Pair } from '../wire/certificates.ts';

const fingerprintOf = ({ cert }: Pair): string => new X509Certificate(cert).fingerprint256;

async function certificateOf(host: string, port: number): Promise<string> {
  const socket = connect({
    host: 'localhost',
    port,
    servername: host,
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
  });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

test('a certificate is replaced under load, and no request is lost', async () => {
  const [before, after] = await Promise.all([makeCertificate('before'), makeCertificate('after')]);
  trustCertificate(before.cert);
  await using app = await startTestServer({ tls: { key: before.key, cert: before.cert } });
  app.server.router.addRoute('GET', '/', { handler: () => 'hello' });
  // Its client trusts the first certificate alone: it has to be connected before that goes.
  expect((await app.http2.request('/')).status).toBe(200);
  const load = { isOver: false };
  const loading = (async () => {
    let answered = 0;
    while (!load.isOver) {
      expect((await app.http2.request('/')).status).toBe(200);
      answered += 1;
    }
    return answered;
  })();
  const first = await certificateOf('localhost', app.server.port);
  await app.server.updateTls({ key: after.key, cert: after.cert });
  const second = await certificateOf('localhost', app.server.port);
  load.isOver = true;
  expect(await loading).toBeGreaterThan(0);
  expect(first).toBe(fingerprintOf(before));
  expect(second).toBe(fingerprintOf(after));
  expect(second).not.toBe(first);
});

test('a certificate that is replaced during the start stays, and one that is of no use changes nothing', async () => {
  const [before, after] = await Promise.all([makeCertificate('before'), makeCertificate('after')]);
  await using server = createServer({
    port: 0,
    routesDir: false,
    logger: false,
    handleSignals: false,
    tls: before,
  });
  const updating = Promise.allSettled([
    server.updateTls({ key: after.key, cert: after.cert }),
    server.updateTls({ key: 'none', cert: 'none' }),
    server.updateTls({ key: before.key, cert: after.cert }),
  ]);
  await server.listen();
  const updates = await updating;
  expect(updates).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'ERR_BLAIZE_CERTIFICATE' } },
    { status: 'rejected', reason: { code: 'ERR_BLAIZE_CERTIFICATE' } },
  ]);
  expect(await certificateOf('localhost', server.port)).toBe(fingerprintOf(after));
});

test('HTTPS without HTTP/2', async () => {
  const { cert, keyFile, certFile } = await developmentCertificate({ host: 'localhost' });
  trustCertificate(cert);
  const server = createServer({
    port: 0,
    routesDir: false,
    logger: false,
    handleSignals: false,
    http2: { enabled: false },
    tls: { keyFile, certFile },
  });
  server.router.addRoute('GET', '/', { handler: ({ request }) => request.protocol });
  await server.listen();
  expect(server.url).toMatch(/^https:/);
  await using client = createClient(server.url, { protocol: 'http1' });
  expect(await (await client.request('/')).text()).toBe('HTTP/1.1');
  expect(server.addresses.map(({ protocols }) => protocols)).toEqual([['HTTP/1.1'], ['HTTP/1.1']]);
  await server.close();
});

test('a server in cleartext has no certificate to replace', async () => {
  await using app = await startTestServer({ http2: { enabled: false } });
  await expect(app.server.updateTls({})).rejects.toMatchObject({ code: 'ERR_BLAIZE_SERVER_STATE' });
});

test('options of TLS are checked', () => {
  const make = (tls: object): unknown => createServer({ routesDir: false, tls });
  expect(() => make({ keyFile: 'k.pem' })).toThrow(
    'tls.certFile: expected the certificate that goes with keyFile',
  );
  expect(() => make({ kyeFile: 'k.pem' })).toThrow('Did you mean `keyFile`?');
  expect(() => make({ sni: { 'a.example': { key: 'x' } } })).toThrow('tls.sni.a.example.cert');
  expect(() => make({ ticketKeys: new Uint8Array(47) })).toThrow('48 bytes');
});

test('files for checking clients, and whether to watch files, are checked', () => {
  const make = (tls: object): unknown => createServer({ routesDir: false, tls });
  make({ caFile: 'ca.pem', crlFile: ['a.crl', 'b.crl'], requestCert: true, watch: false });
  make({ caFile: 'ca.pem', requestCert: false });
  // Nobody would be asked for a certificate.
  expect(() => make({ caFile: 'ca.pem' })).toThrow(
    'tls.requestCert: expected true, because caFile is for checking clients, received nothing',
  );
  expect(() => make({ rejectUnauthorized: true })).toThrow('tls.requestCert: expected true');
  expect(() => make({ caFile: [''] })).toThrow(
    'tls.caFile: expected the path of a PEM file, or a list of paths',
  );
  expect(() => make({ crlFile: 3 })).toThrow('tls.crlFile');
  expect(() => make({ watch: 'yes' })).toThrow('tls.watch');
});
