import { readFile, readdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect } from 'node:tls';

import { expect, test, vi } from 'vitest';

import { issued, soon, start, storeDirectory } from './acme-server.ts';
import { startPebble } from './pebble.ts';

/** The path of the one file whose name matches. */
async function fileOf(directory: string, name: RegExp): Promise<string> {
  const found = (await readdir(directory, { recursive: true })).filter((file) => name.test(file));
  expect(found).toHaveLength(1);
  return join(directory, found[0] ?? '');
}

const until = { timeout: 60_000, interval: 200 };

test('a certificate is renewed twice, and no handshake fails meanwhile', async () => {
  const pebble = await startPebble({ validity: 30 });
  const { server, directory, lines } = await start(pebble, { domains: ['example.org'] });
  const seen = new Set<string>();
  await vi.waitFor(() => issued(pebble.tlsPort, 'example.org'), soon);
  await vi.waitFor(
    async () => {
      seen.add(await issued(pebble.tlsPort, 'example.org'));
      expect(seen.size).toBe(3);
    },
    { timeout: 90_000, interval: 200 },
  );
  expect(pebble.orders).toBe(3);
  // The account stays.
  expect(lines.filter((line) => line.startsWith('An ACME account was created'))).toHaveLength(1);
  expect(server.statistics.certificates[0]?.names).toEqual(['example.org']);
  expect(await readFile(await fileOf(directory, /\.pem$/), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY/);
}, 150_000);

test('the authority says when to renew, and learns what is replaced', async () => {
  const pebble = await startPebble();
  let window = { start: '2999-01-01T00:00:00Z', end: '2999-01-02T00:00:00Z' };
  const ids: string[] = [];
  pebble.renewalInfo = (id) => {
    ids.push(id);
    return { body: { suggestedWindow: window }, retryAfter: '60' };
  };
  const directory = await storeDirectory();
  const first = await start(pebble, { domains: ['example.org'], directory });
  const fingerprint = await vi.waitFor(() => issued(pebble.tlsPort, 'example.org'), soon);
  await vi.waitFor(() => expect(ids).toHaveLength(1), soon);
  expect(ids[0]).toMatch(/^[\w-]+\.[\w-]+$/);
  await first.server.close();
  // Its next look is in a minute; a server that starts looks at once.
  window = { start: '2020-01-01T00:00:00Z', end: '2020-01-02T00:00:00Z' };
  await start(pebble, { domains: ['example.org'], directory });
  await vi.waitFor(async () => {
    expect(await issued(pebble.tlsPort, 'example.org')).not.toBe(fingerprint);
  }, soon);
  expect(pebble.replaced).toEqual([undefined, ids[0]]);
}, 90_000);

test('while the authority is down, the certificate stays in use and the log is loud', async () => {
  const pebble = await startPebble({ validity: 600 });
  const { lines, directory } = await start(pebble, { domains: ['example.org'] });
  const fingerprint = await vi.waitFor(() => issued(pebble.tlsPort, 'example.org'), soon);
  pebble.renewalInfo = () => ({
    body: { suggestedWindow: { start: '2020-01-01T00:00:00Z', end: '2020-01-02T00:00:00Z' } },
  });
  const again = await start(pebble, { domains: ['example.org'], directory }, { port: 0 });
  pebble.instead = ({ url = '' }, response) => {
    if (url.startsWith('/dir') || url.startsWith('/renewal-info')) return false;
    response.writeHead(503, { 'retry-after': '7200' }).end();
    return true;
  };
  await vi.waitFor(
    () => expect(again.lines.join('\n')).toMatch(/No new certificate for example\.org\./),
    soon,
  );
  expect(again.lines.join('\n')).toMatch(/status 503[^]*valid for \d+ minutes more/);
  expect(await issued(pebble.tlsPort, 'example.org')).toBe(fingerprint);
  // `Retry-After` holds for all processes and across restarts.
  const state = JSON.parse(await readFile(await fileOf(directory, /example.*\.json$/), 'utf8')) as {
    retryAt: number;
  };
  expect(state.retryAt - Date.now()).toBeGreaterThan(7_000_000);
  expect(lines.join('\n')).not.toMatch(/EXPIRED/);
}, 90_000);

test('a damaged file is noticed at the start, and renewed', async () => {
  const pebble = await startPebble();
  const directory = await storeDirectory();
  const first = await start(pebble, { domains: ['example.org'], directory });
  const fingerprint = await vi.waitFor(() => issued(pebble.tlsPort, 'example.org'), soon);
  await first.server.close();
  const file = await fileOf(directory, /\.pem$/);
  await writeFile(file, (await readFile(file, 'utf8')).slice(0, -500));
  await writeFile(await fileOf(directory, /example.*\.json$/), '{"order":');
  const second = await start(pebble, { domains: ['example.org'], directory });
  expect(second.lines.join('\n')).toMatch(/The stored certificate can't be used, and will be renewed/);
  await vi.waitFor(async () => {
    expect(await issued(pebble.tlsPort, 'example.org')).not.toBe(fingerprint);
  }, soon);
}, 90_000);

test('other names are another order', async () => {
  const pebble = await startPebble();
  const directory = await storeDirectory();
  const first = await start(pebble, { domains: ['example.org'], directory });
  await vi.waitFor(() => issued(pebble.tlsPort, 'example.org'), soon);
  await first.server.close();
  await start(pebble, { domains: ['example.org', 'example.net'], directory });
  await vi.waitFor(() => issued(pebble.tlsPort, 'example.net'), until);
  expect(pebble.orders).toBe(2);
}, 120_000);

test('only a client that speaks nothing but acme-tls/1 sees a challenge certificate', async () => {
  const pebble = await startPebble();
  const names: string[] = [];
  const look = async (ALPNProtocols: string[]): Promise<void> => {
    const socket = connect({
      port: pebble.tlsPort,
      host: '127.0.0.1',
      servername: 'example.org',
      rejectUnauthorized: false,
      ALPNProtocols,
    });
    const closed = once(socket, 'close').catch(() => undefined);
    socket.on('error', () => undefined);
    socket.on('secureConnect', () => {
      names.push(`${ALPNProtocols.join()} ${String(socket.getPeerCertificate().subject.CN)}`);
      socket.destroy();
    });
    await closed;
  };
  let looks: Promise<unknown> | undefined;
  pebble.instead = ({ url = '' }) => {
    // The answer to the challenge is on its way, so the certificate is there.
    if (url.startsWith('/chalZ/'))
      looks ??= Promise.all([['acme-tls/1'], ['h2'], ['acme-tls/1', 'h2']].map(look));
    return false;
  };
  await start(pebble, { domains: ['example.org'] });
  await vi.waitFor(() => issued(pebble.tlsPort, 'example.org'), soon);
  await looks;
  expect(names).toContain('acme-tls/1 ACME challenge');
  expect(names.filter((name) => name.endsWith('ACME challenge'))).toHaveLength(1);
  names.length = 0;
  await look(['acme-tls/1']);
  expect(names).toEqual([]);
}, 90_000);
