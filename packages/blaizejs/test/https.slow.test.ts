import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';

import { developmentCertificate } from 'blaizejs/ssl';
import { createClient, startTestServer } from 'blaizejs/testing';
import { expect, test } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';
import type { Child } from '../../../tooling/test/child.ts';
import { run } from './child.ts';

const serve = (cwd: string, options: object = {}, env: NodeJS.ProcessEnv = {}): Child =>
  run('serve.ts', { cwd, args: [JSON.stringify(options)], env });
const portOf = async (child: Child): Promise<number> => Number((await child.says(/port (\d+)\./))[1]);

function negotiate(port: number, ALPNProtocols: string[]): Promise<string | false | null> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: 'localhost', servername: 'localhost', ALPNProtocols }, () => {
      resolve(socket.alpnProtocol);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

test('fetch reaches a server in its own process over HTTPS, without any set-up', async () => {
  await using app = await startTestServer({ http2: { enabled: true } });
  app.server.router.addRoute('GET', '/', { handler: () => 'hello' });
  const response = await fetch(`https://localhost:${app.server.port}/`);
  expect([response.status, await response.text()]).toEqual([200, 'hello']);
});

test('the same port speaks the best protocol that both sides support', async () => {
  await using app = await startTestServer();
  const { port } = app.server;
  expect(await negotiate(port, ['h2', 'http/1.1'])).toBe('h2');
  expect(await negotiate(port, ['http/1.1'])).toBe('http/1.1');
});

test('without HTTP/2 the server speaks cleartext HTTP/1.1', async () => {
  await using app = await startTestServer({ http2: { enabled: false } });
  app.server.router.addRoute('GET', '/', {
    handler: (ctx) => `${ctx.request.url.protocol} ${ctx.request.protocol}`,
  });
  expect(await (await fetch(app.url)).text()).toBe('http: HTTP/1.1');
});

test('a development certificate is created once, valid for a year, and its key is private', async () => {
  await using cwd = await makeFolder();
  const cached = path.join(cwd.path, '.blaize/ssl');
  const fingerprints: string[] = [];
  for (let start = 1; start <= 2; start++) {
    await using child = serve(cwd.path, {}, { NODE_ENV: 'development' });
    await child.says('ready');
    expect(child.output).toMatch(/Server running on https:\/\/localhost:\d+/);
    expect(child.output).toContain('fetch: 200.');
    fingerprints.push(new X509Certificate(await readFile(path.join(cached, 'cert.pem'))).fingerprint256);
    child.process.send('close');
    expect(await child.ended).toBe(0);
  }
  expect(new Set(fingerprints).size).toBe(1);

  const certificate = new X509Certificate(await readFile(path.join(cached, 'cert.pem')));
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(364);
  expect(days).toBeLessThanOrEqual(365);
  expect((await stat(path.join(cached, 'key.pem'))).mode & 0o777).toBe(0o600);
  expect(await readFile(path.join(cached, '.gitignore'), 'utf8')).toContain('*');
});

test('the configured key and certificate are used, in production too', async () => {
  await using cwd = await makeFolder();
  const { cert } = await developmentCertificate({ host: 'localhost', directory: path.join(cwd.path, 'tls') });
  const http2 = { keyFile: './tls/key.pem', certFile: './tls/cert.pem' };
  await using child = serve(cwd.path, { http2 }, { NODE_ENV: 'production' });

  await using client = createClient(`https://localhost:${await portOf(child)}`, {
    protocol: 'http2',
    ca: cert,
  });
  expect(await (await client.request('/')).text()).toBe('HTTP/2');
  await expect(stat(path.join(cwd.path, '.blaize'))).rejects.toThrow('ENOENT');
  await child.says('ready');
  child.process.send('close');
  expect(await child.ended).toBe(0);
});

test('in production, HTTP/2 without a certificate does not start and says what to do', async () => {
  await using cwd = await makeFolder();
  await using child = serve(cwd.path, {}, { NODE_ENV: 'production' });
  expect(await child.ended).toBe(0);
  expect(child.output).toMatch(/CertificateError: .*tls\.keyFile and tls\.certFile .*tls to false/);
});

test('the error for a missing certificate file names it', async () => {
  await using cwd = await makeFolder();
  await using child = serve(cwd.path, { http2: { keyFile: '/not/there.key', certFile: '/not/there.crt' } });
  expect(await child.ended).toBe(0);
  expect(child.output).toMatch(/CertificateError: .*\/not\/there\.(key|crt).*no such file/);
});
