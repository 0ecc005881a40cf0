import { randomBytes } from 'node:crypto';
import { createSecureContext, type ConnectionOptions } from 'node:tls';

import { describe, expect, test } from 'vitest';

import { TlsContexts, type TlsOptions, type TlsUpdate } from '../src/index.ts';
import { makeAuthority, makeCertificate } from './certificates.ts';
import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { startTlsServer, type Outcome } from './tls-server.ts';

const REQUIRED = { requestCert: true, rejectUnauthorized: true } as const;
const OPTIONAL = { requestCert: true, rejectUnauthorized: false } as const;
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
/** The names of the default context and of another one. */
const NAMES = ['localhost', 'named.test'];

const ca = await makeAuthority();
const pair = await makeCertificate();
const client = await ca.issue({ commonName: 'client' });
const revoked = await ca.issue({ commonName: 'revoked' });
const stranger = await (await makeAuthority()).issue({ commonName: 'stranger' });

async function start(options: TlsOptions) {
  let contexts = await TlsContexts.load({ ...pair, ca: ca.cert, sni: { 'named.test': pair }, ...options });
  const { requestCert, rejectUnauthorized } = options;
  const { server, ask } = await startTlsServer(() => contexts, {
    ...(requestCert !== undefined && { requestCert }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  });
  return {
    ask,
    async update(update: TlsUpdate) {
      contexts = await contexts.update(update);
      server.setSecureContext(contexts.options);
    },
  };
}

function outcomes(ask: (options: ConnectionOptions) => Promise<Outcome>, options: ConnectionOptions) {
  return Promise.all(
    VERSIONS.flatMap((maxVersion) =>
      NAMES.map(async (servername) => (await ask({ maxVersion, servername, ...options })).seen ?? 'refused'),
    ),
  );
}

function each(expected: unknown): unknown[] {
  return new Array(VERSIONS.length * NAMES.length).fill(expected);
}

const trusted = { authorized: true, error: null, subject: 'CN=client' };

describe('on every name and version', () => {
  test('required: only a trusted certificate is accepted', async () => {
    const { ask } = await start(REQUIRED);
    expect(await outcomes(ask, client)).toEqual(each(expect.objectContaining(trusted)));
    expect(await outcomes(ask, {})).toEqual(each('refused'));
    expect(await outcomes(ask, stranger)).toEqual(each('refused'));
  });

  test('optional: clients without a trusted certificate are not authorized', async () => {
    const { ask } = await start(OPTIONAL);
    expect(await outcomes(ask, client)).toEqual(each(expect.objectContaining(trusted)));
    expect(await outcomes(ask, {})).toEqual(
      each(expect.objectContaining({ authorized: false, subject: null })),
    );
    expect(await outcomes(ask, stranger)).toEqual(
      each(expect.objectContaining({ authorized: false, subject: 'CN=stranger' })),
    );
  });

  test('not requested: nobody is authorized', async () => {
    const { ask } = await start({});
    expect(await outcomes(ask, client)).toEqual(
      each(expect.objectContaining({ authorized: false, subject: null })),
    );
  });

  test('a revoked certificate is refused, even if the second list of a text revokes it', async () => {
    const other = await makeAuthority();
    const crl =
      (await other.revoke(await temporaryFolder())) +
      (await ca.revoke(await temporaryFolder(), revoked.cert));
    const { ask } = await start({ ...REQUIRED, ca: [ca.cert, other.cert], crl });
    expect(await outcomes(ask, client)).toEqual(each(expect.objectContaining(trusted)));
    expect(await outcomes(ask, revoked)).toEqual(each('refused'));
    const { ask: askOptional } = await start({ ...OPTIONAL, crl });
    expect(await outcomes(askOptional, revoked)).toEqual(
      each(expect.objectContaining({ authorized: false, error: 'CERT_REVOKED' })),
    );
  });

  test('an empty list of authorities trusts nobody; without a list, only those of Node are trusted', async () => {
    for (const authorities of [[], undefined]) {
      const { ask } = await start({ ...OPTIONAL, ca: authorities });
      expect(await outcomes(ask, client)).toEqual(each(expect.objectContaining({ authorized: false })));
    }
  });
});

test('Node checks against the context that SNI chose, which is why names share their rules', async () => {
  const contexts = await TlsContexts.load({ ...pair, ca: ca.cert });
  const [none, same] = [createSecureContext(pair), createSecureContext({ ...pair, ca: ca.cert })];
  const { ask } = await startTlsServer(contexts, {
    ...OPTIONAL,
    SNICallback: (name, done) => {
      done(null, name === 'none.test' ? none : same);
    },
  });
  expect((await ask({ ...client, servername: 'none.test' })).seen?.authorized).toBe(false);
  expect((await ask({ ...client, servername: 'same.test' })).seen?.authorized).toBe(true);
});

describe.each(VERSIONS)('a resumed session (%s)', (maxVersion) => {
  test('is authorized, and shows the certificate', async () => {
    const { ask } = await start(REQUIRED);
    for (const servername of NAMES) {
      const { session } = await ask({ ...client, servername, maxVersion });
      const again = await ask({ session, servername, maxVersion });
      expect(again.seen).toMatchObject({ ...trusted, reused: true });
    }
  });

  test('under another name is authorized by the same certificate, or not at all', async () => {
    const { ask } = await start(REQUIRED);
    const { session } = await ask({ ...client, maxVersion });
    const other = await ask({ session, servername: 'named.test', maxVersion });
    if (other.seen) expect(other.seen).toMatchObject(trusted);
  });

  test('without a certificate stays unauthorized, whatever Node says', async () => {
    const { ask } = await start(OPTIONAL);
    const { session } = await ask({ maxVersion });
    const { seen } = await ask({ session, maxVersion });
    expect(seen).toMatchObject({ authorized: false, subject: null, reused: true });
  });

  test('of a server with other rules is not resumed, even with shared ticket keys', async () => {
    const ticketKeys = randomBytes(48);
    const required = await start({ ...REQUIRED, ticketKeys });
    for (const rules of [{}, OPTIONAL, { ...REQUIRED, ca: [ca.cert, pair.cert] }]) {
      const other = await start({ ...rules, ticketKeys });
      const { session } = await other.ask({ ...client, maxVersion });
      expect(session).toBeDefined();
      expect((await required.ask({ session, maxVersion })).seen).toBeUndefined();
      expect((await required.ask({ session, ...client, maxVersion })).seen).toMatchObject({
        ...trusted,
        reused: false,
      });
    }
  });

  test('of a server with the same rules and ticket keys is resumed, after a renewal too', async () => {
    const ticketKeys = randomBytes(48);
    const one = await start({ ...REQUIRED, ticketKeys });
    const two = await start({ ...REQUIRED, ticketKeys });
    const { session } = await one.ask({ ...client, maxVersion });
    await two.update(await makeCertificate());
    expect((await two.ask({ session, maxVersion })).seen).toMatchObject({ ...trusted, reused: true });
  });

  test('ends when its certificate is revoked', async () => {
    const server = await start({ ...REQUIRED, ticketKeys: randomBytes(48) });
    const { session, seen } = await server.ask({ ...revoked, maxVersion });
    expect(seen?.authorized).toBe(true);
    await server.update({ crl: await ca.revoke(await temporaryFolder(), revoked.cert) });
    expect((await server.ask({ session, ...revoked, maxVersion })).seen).toBeUndefined();
  });
});
