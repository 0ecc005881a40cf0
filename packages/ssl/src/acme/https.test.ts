import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { generateCertificate } from '../generate-certificate.ts';
import { toAcmeError } from './acme-error.ts';
import { AcmeReader } from './client.ts';
import { ask, retryAt } from './https.ts';

const signal = new AbortController().signal;

async function serve(listener: RequestListener): Promise<{ url: string; ca: string }> {
  const { key, cert } = await generateCertificate(['localhost']);
  const server = createServer({ key, cert }, listener).listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}/`, ca: cert };
}

test('an answer without end is cut off', async () => {
  const { url, ca } = await serve((request, response) => {
    const timer = setInterval(() => response.write('x'.repeat(64 * 1024)), 1);
    response.on('close', () => clearInterval(timer));
  });
  await expect(ask(url, { method: 'GET', ca, signal })).rejects.toThrow(/answer is longer than 262144 bytes/);
});

test('redirects are not followed', async () => {
  const { url, ca } = await serve((request, response) =>
    response.writeHead(307, { location: '/other' }).end(),
  );
  expect(await ask(url, { method: 'POST', body: '{}', ca, signal })).toMatchObject({ status: 307 });
});

test('an authority without a trusted certificate gets no request', async () => {
  const { url } = await serve((request, response) => response.end());
  await expect(ask(url, { method: 'GET', signal })).rejects.toThrow(
    /Can't reach the authority at localhost:\d+: self/,
  );
});

test('an authority that sends URLs without TLS gets no request', async () => {
  await expect(ask('http://localhost/', { method: 'GET', signal })).rejects.toThrow(
    /does not start with https/,
  );
  await expect(ask('file:///etc/passwd', { method: 'GET', signal })).rejects.toThrow(
    /does not start with https/,
  );
});

test('what is not a directory is named', async () => {
  const { url, ca } = await serve((request, response) => response.end('{}'));
  await expect(new AcmeReader(url, { ca, signal }).directory()).rejects.toThrow(
    /not the directory of an ACME server/,
  );
});

test('Retry-After is in seconds or a date, and at most a week away', () => {
  expect(retryAt({ 'retry-after': '120' }, 0)).toBe(120_000);
  expect(retryAt({ 'retry-after': 'Thu, 01 Jan 1970 00:01:00 GMT' }, 0)).toBe(60_000);
  expect(retryAt({ 'retry-after': '999999999' }, 0)).toBe(7 * 86_400_000);
  expect(retryAt({ 'retry-after': 'soon' }, 0)).toBeUndefined();
  expect(retryAt({}, 0)).toBeUndefined();
});

test('what an authority says goes into one log line', () => {
  const problem = {
    type: 'urn:ietf:params:acme:error:rateLimited',
    detail: `too many\n\u001b[31m certificates ${'x'.repeat(1000)}`,
    subproblems: [{ detail: 'for example.org' }, null],
  };
  const other = toAcmeError('It failed', { type: `a\n\u001b[2Jb${'x'.repeat(1000)}` });
  expect(other.message).toMatch(/^It failed: a {2}\[2Jbx+\.$/);
  expect(other.message.length).toBeLessThan(400);
  const { message, type } = toAcmeError('It failed', problem);
  expect(type).toBe('rateLimited');
  expect(message).toMatch(/^It failed: rateLimited: too many {2}\[31m certificates x+: for example\.org\.$/);
  expect(message.length).toBeLessThan(400);
});
