import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import tls, { createSecureContext } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';
import { expect, onTestFinished, test } from 'vitest';

import { makeCertificate } from '../test/certificates.ts';
import { startChild } from '../test/child.ts';
import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { developmentCertificate } from './development-certificate.ts';
import { trustCertificate } from './trust-certificate.ts';

async function start(credentials: { key: string; cert: string }): Promise<number> {
  const server = https.createServer(credentials, (_request, response) => response.end('hello'));
  await once(server.listen(0, 'localhost'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The text that a client gets, or the code of its error. */
async function fetchFrom(port: number): Promise<string> {
  try {
    const response = await fetch(`https://localhost:${port}/`, { headers: { connection: 'close' } });
    return await response.text();
  } catch (error) {
    return (error as { cause: { code: string } }).cause.code;
  }
}

async function requestFrom(port: number, options: https.RequestOptions = {}): Promise<string> {
  try {
    const request = https.get({ host: 'localhost', port, agent: false, ...options });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return (await response.toArray()).join('');
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('only the trusted certificate is accepted in addition to the previous ones, and only for its names', async () => {
  const child = startChild('server', await temporaryFolder());
  const { port, cert } = await child.hear<{ port: number; cert: string }>();
  // The same names and the same subject: only the key tells them apart.
  const commonName = /^CN=(.*)/.exec(new X509Certificate(cert).subject)?.[1] ?? '';
  const other = await makeCertificate({ commonName });
  const untrusted = await start(other);
  const expired = await makeCertificate({ from: -20, to: -10 });
  const refused = 'DEPTH_ZERO_SELF_SIGNED_CERT';
  expect(await fetchFrom(port)).toBe(refused);
  expect(await requestFrom(port)).toBe(refused);

  trustCertificate(cert);
  trustCertificate(expired.cert);
  expect(await fetchFrom(port)).toBe('hello');
  expect(await requestFrom(port)).toBe('hello');
  expect(await requestFrom(port, { agent: https.globalAgent })).toBe('hello');
  const session = http2.connect(`https://localhost:${port}`);
  await once(session, 'connect');
  session.destroy();

  expect(await requestFrom(port, { servername: 'example.test' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await requestFrom(port, { ca: other.cert })).toBe(refused);
  expect(await fetchFrom(untrusted)).toBe(refused);
  expect(await requestFrom(untrusted)).toBe(refused);
  expect(await requestFrom(untrusted, { ca: other.cert })).toBe('hello');
  expect(await fetchFrom(await start(expired))).toBe('CERT_HAS_EXPIRED');

  const second = await developmentCertificate({ host: 'localhost', directory: await temporaryFolder() });
  trustCertificate(second.cert);
  expect(await fetchFrom(await start(second))).toBe('hello');
  expect(await requestFrom(port)).toBe('hello');
});

test('trusting the same certificate again changes nothing', async () => {
  const { cert } = await makeCertificate();
  trustCertificate(cert);
  const before = tls.createSecureContext;
  trustCertificate(`${cert}\n`);
  expect(tls.createSecureContext).toBe(before);
  expect(createSecureContext).toBe(createRequire(import.meta.url)('node:tls').createSecureContext);
});

test('the 8 most recent ones are trusted', async () => {
  const oldest = await makeCertificate();
  const port = await start(oldest);
  trustCertificate(oldest.cert);
  for (let count = 0; count < 7; count++) trustCertificate((await makeCertificate()).cert);
  expect(await requestFrom(port)).toBe('hello');
  trustCertificate((await makeCertificate()).cert);
  // fetch would resume its TLS session, which was verified before.
  expect(await requestFrom(port)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  trustCertificate(oldest.cert);
  expect(await requestFrom(port)).toBe('hello');
});

test('a text that is not a certificate is refused', () => {
  expect(() => trustCertificate('nonsense')).toThrow(CertificateError);
});
