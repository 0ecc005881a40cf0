import { randomBytes } from 'node:crypto';

import { afterEach, describe, expect, onTestFinished, test } from 'vitest';

import { makeAuthority, makeCertificate } from '../test/certificates.ts';
import { startTlsServer } from '../test/tls-server.ts';
import { hasSharedTicketKeys, onSharedTicketKeys, shareTicketKeys } from './ticket-keys.ts';
import { TlsContexts } from './tls-contexts.ts';

afterEach(() => shareTicketKeys(undefined));

async function start(initial: TlsContexts) {
  let contexts = initial;
  const { server, ask } = await startTlsServer(() => contexts);
  return {
    ask,
    use(next: TlsContexts) {
      contexts = next;
      server.setSecureContext(next.options);
    },
  };
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a session (%s)', (maxVersion) => {
  test('is resumed after a renewal, under the names of sni too', async () => {
    const pair = await makeCertificate();
    const contexts = await TlsContexts.load({ ...pair, sni: { 'named.test': pair } });
    const { ask, use } = await start(contexts);
    const names = ['localhost', 'named.test'];
    const sessions = [];
    for (const servername of names) sessions.push((await ask({ servername, maxVersion })).session);
    const renewed = await makeCertificate();
    use(await contexts.update({ ...renewed, sni: { 'named.test': renewed } }));
    for (const [index, servername] of names.entries()) {
      const { seen } = await ask({ servername, maxVersion, session: sessions[index] });
      expect(seen?.reused).toBe(true);
    }
  });

  test.each([
    ['names', { sni: {} }],
    ['authorities', { ca: [] }],
  ])('is not resumed after other %s', async (_what, update) => {
    const pair = await makeCertificate();
    const contexts = await TlsContexts.load({
      ...pair,
      ca: (await makeAuthority()).cert,
      sni: { 'named.test': pair },
    });
    const { ask, use } = await start(contexts);
    const { session } = await ask({ maxVersion });
    use(await contexts.update(update));
    expect((await ask({ maxVersion, session })).seen?.reused).toBe(false);
  });

  test('is not resumed with new ticket keys', async () => {
    const contexts = await TlsContexts.load(await makeCertificate());
    const { ask, use } = await start(contexts);
    const { session } = await ask({ maxVersion });
    use(contexts.renewTicketKeys());
    expect((await ask({ maxVersion, session })).seen?.reused).toBe(false);
  });

  test('is resumed by another server with the same shared secret', async () => {
    shareTicketKeys(randomBytes(48));
    const [pair, renewed] = [await makeCertificate(), await makeCertificate()];
    const one = await start(await TlsContexts.load(pair));
    const two = await start(await TlsContexts.load(renewed));
    const { session } = await one.ask({ maxVersion });
    expect((await two.ask({ maxVersion, session })).seen?.reused).toBe(true);
  });
});

test('in a worker of a cluster, its secret counts, and a new one replaces it', async () => {
  const listeners = new Set<() => void>();
  const source = {
    secret: randomBytes(48),
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const key = Symbol.for('blaizejs.ticketKeys');
  Object.assign(globalThis, { [key]: source });
  onTestFinished(() => {
    delete (globalThis as Record<symbol, unknown>)[key];
  });
  expect(hasSharedTicketKeys()).toBe(true);
  const contexts = await TlsContexts.load(await makeCertificate());
  const before = contexts.options.ticketKeys;
  expect(contexts.renewTicketKeys().options.ticketKeys).toEqual(before);
  let calls = 0;
  const forget = onSharedTicketKeys(() => (calls += 1));
  source.secret = randomBytes(48);
  for (const listener of listeners) listener();
  expect(calls).toBe(1);
  expect(contexts.renewTicketKeys().options.ticketKeys).not.toEqual(before);
  // What the app itself shares takes its place.
  shareTicketKeys(randomBytes(48));
  for (const listener of listeners) listener();
  expect(calls).toBe(2);
  forget();
  expect(listeners.size).toBe(0);
});

test('keys of their own stay as they are', async () => {
  const ticketKeys = randomBytes(48);
  const contexts = await TlsContexts.load({ ...(await makeCertificate()), ticketKeys });
  shareTicketKeys(randomBytes(48));
  expect(contexts.renewTicketKeys().options.ticketKeys).toEqual(ticketKeys);
});

test('who listens is told of a new secret', () => {
  let calls = 0;
  const forget = onSharedTicketKeys(() => (calls += 1));
  shareTicketKeys(new Uint8Array(48));
  forget();
  shareTicketKeys(new Uint8Array(48));
  expect(calls).toBe(1);
});

test('a secret of another length is refused', () => {
  expect(() => shareTicketKeys(new Uint8Array(32))).toThrow('expected 48 bytes, received 32');
});
