import type { RequestListener } from 'node:http';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { WAYS } from '../../../tooling/test/ways.ts';
import { type JwksOptions, jwtAuth } from '../src/jwt.ts';
import { jwk, TestKeyServer, withKeys } from './key-server-fixture.ts';
import { AUDIENCE, bearer, CLAIMS, ed25519, ISSUER, p256, rsa, sign } from './tokens.ts';
import { outcome, type Outcome, serve } from './server.ts';

type App = Awaited<ReturnType<typeof serve>>;

const old = jwk(rsa.publicKey, 'old', { alg: 'RS256' });
const fresh = jwk(p256.publicKey, 'new');
const oldToken = await sign(rsa.privateKey, 'RS256', CLAIMS, { kid: 'old' });
const newToken = await sign(p256.privateKey, 'ES256', CLAIMS, { kid: 'new' });
const strange = (kid: string): Promise<string> => sign(ed25519.privateKey, 'EdDSA', CLAIMS, { kid });
const SIGNATURE = 'The signature of the token cannot be verified.';

let keys: TestKeyServer;
let app: App | undefined;
let log: unknown[];
beforeEach(async () => {
  log = [];
  keys = await TestKeyServer.start(old);
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  await keys[Symbol.asyncDispose]();
});

async function start(options: Partial<JwksOptions> = {}): Promise<void> {
  const note = (...args: unknown[]) => void log.push(args);
  const logger = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  const jwks = { url: keys.url, cooldown: 50, ...options };
  app = await serve([jwtAuth({ jwks, issuer: ISSUER, audience: AUDIENCE })], { logger });
}

const send = (token: string, way: (typeof WAYS)[number] = 'HTTP/2'): Promise<Outcome> =>
  outcome(app as App, way, bearer(token));

describe.each(WAYS)('%s', (way) => {
  test('keys are fetched once, for all requests that wait for them', async () => {
    await start();
    expect(keys.asked).toEqual([]);
    const all = await Promise.all(Array.from({ length: 20 }, () => send(oldToken, way)));
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(keys.asked).toEqual(['/keys']);
  });

  test('a key that is new is found, also right after another fetch', async () => {
    await start({ cooldown: 300 });
    expect(await send(oldToken, way)).toMatchObject({ status: 200 });
    keys.answer = withKeys(old, fresh);
    // It waits for the pause to end, instead of being refused.
    const [one, other, known] = await Promise.all([
      send(newToken, way),
      send(newToken, way),
      send(oldToken, way),
    ]);
    expect([one.status, other.status, known.status]).toEqual([200, 200, 200]);
    expect(keys.asked).toHaveLength(2);
  });

  test('a key id leads nowhere but to a key', async () => {
    await start({ cooldown: 20 });
    for (const kid of [
      '../../etc/passwd',
      'http://evil.example/',
      "' OR 1=1 --",
      '__proto__',
      '\0',
      'x'.repeat(2000),
    ]) {
      expect(await send(await strange(kid), way)).toMatchObject({
        status: 401,
        challenge: expect.stringContaining(SIGNATURE) as string,
      });
    }
    expect([...new Set(keys.asked)]).toEqual(['/keys']);
  });

  test.each<[string, RequestListener]>([
    ['that redirects', (_request, response) => void response.writeHead(302, { location: '/other' }).end()],
    [
      'that answers with 10 MB',
      (_request, response) => void response.end(`{"keys":[${' '.repeat(10_000_000)}]}`),
    ],
    ['that answers with 500', (_request, response) => void response.writeHead(500).end('{}')],
    ['that answers with HTML', (_request, response) => void response.end('<html>')],
    ['that answers with null', (_request, response) => void response.end('null')],
    ['that has no keys', withKeys()],
    ['that has keys of another form', (_request, response) => void response.end('{"keys":{"a":1}}')],
    ['that hangs up', (request) => void request.socket.destroy()],
    ['that hangs', () => undefined],
    ['that hangs in the middle', (_request, response) => void response.write('{"keys":[')],
  ])('without keys from a server %s, the answer is 503', async (_what, answer) => {
    keys.answer = answer;
    await start({ timeout: 200 });
    expect(await send(oldToken, way)).toMatchObject({
      status: 503,
      body: { code: 'ERR_BLAIZE_AUTH_KEY_SERVER' },
    });
    expect(keys.asked).toEqual(['/keys']);
    expect(JSON.stringify(log)).toContain('Cannot fetch the keys');
    // The client is not at fault, but one without a token is.
    expect(await outcome(app as App, way)).toMatchObject({ status: 401, challenge: 'Bearer' });
    keys.answer = withKeys(old);
    await expect.poll(async () => (await send(oldToken, way)).status).toBe(200);
  });
});

test('a flood of strange key ids causes one fetch in each pause, and does not hide a new key', async () => {
  await start({ cooldown: 200 });
  await send(oldToken);
  const tokens = await Promise.all(Array.from({ length: 50 }, (_, index) => strange(`k${index}`)));
  keys.answer = withKeys(old, fresh);
  const began = performance.now();
  const flood = Promise.all(tokens.map((token) => send(token)));
  expect(await send(newToken)).toMatchObject({ status: 200 });
  expect((await flood).map(({ status }) => status)).toEqual(tokens.map(() => 401));
  // However slow this machine is.
  expect(keys.asked.length).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - began) / 200));
});

test('tokens with an algorithm that is not accepted cause no fetch', async () => {
  await start();
  expect(await send(await sign(rsa.privateKey, 'RS512', CLAIMS, { kid: 'old' }))).toMatchObject({
    status: 401,
  });
  expect(await send(await sign('x'.repeat(32), 'HS256', CLAIMS, { kid: 'old' }))).toMatchObject({
    status: 401,
  });
  expect(keys.asked).toEqual([]);
});

test('while the server is down, known keys are good', async () => {
  await start({ maxAge: 1 });
  expect(await send(oldToken)).toMatchObject({ status: 200 });
  await keys.down();
  for (let i = 0; i < 3; i++) expect(await send(oldToken)).toMatchObject({ status: 200 });
  expect(await send(newToken)).toMatchObject({ status: 401 });
  // The log has it once, not with each request.
  expect(log.filter((line) => JSON.stringify(line).includes('Cannot fetch the keys'))).toHaveLength(1);
  keys.answer = withKeys(old, fresh);
  await keys.up();
  expect(await send(newToken)).toMatchObject({ status: 200 });
});

test('while the server hangs, known keys are good at once', async () => {
  await start({ maxAge: 1, timeout: 100 });
  await send(oldToken);
  keys.answer = () => undefined;
  // The first one finds out.
  expect(await send(oldToken)).toMatchObject({ status: 200 });
  const before = keys.asked.length;
  expect(await send(oldToken)).toMatchObject({ status: 200 });
  await keys.askedTimes(before + 1);
  // A fetch is under way that will not end.
  expect(await send(oldToken)).toMatchObject({ status: 200 });
});

test('keys that are too old are not good any more', async () => {
  await start({ maxAge: 1, maxStale: 0, cooldown: 1 });
  expect(await send(oldToken)).toMatchObject({ status: 200 });
  await keys.down();
  await expect.poll(async () => (await send(oldToken)).status).toBe(503);
});

test('a key that is withdrawn is refused once the keys are fetched again', async () => {
  await start({ maxAge: 1, cooldown: 1 });
  expect(await send(oldToken)).toMatchObject({ status: 200 });
  keys.answer = withKeys(fresh);
  await expect.poll(async () => (await send(oldToken)).status).toBe(401);
});

test('a server that loses its keys does not lock out everybody', async () => {
  await start({ maxAge: 1, cooldown: 1 });
  expect(await send(oldToken)).toMatchObject({ status: 200 });
  keys.answer = withKeys();
  for (let i = 0; i < 3; i++) expect(await send(oldToken)).toMatchObject({ status: 200 });
});

test('without a key id, all keys that fit are tried', async () => {
  keys.answer = withKeys(jwk(ed25519.publicKey, 'a'), fresh, old, jwk(rsa.publicKey, 'b'));
  await start();
  expect(await send(await sign(rsa.privateKey, 'RS256'))).toMatchObject({ status: 200 });
  expect(await send(await sign(p256.privateKey, 'ES256'))).toMatchObject({ status: 200 });
});

test('a key that cannot be used is no error of the client that causes a 500', async () => {
  keys.answer = withKeys(
    { kty: 'RSA', kid: 'old', alg: 'RS256', n: 'AQAB', e: 'AQAB' },
    { kty: 'oct', kid: 'secret', k: 'AAAA' },
    { kty: 'EC', crv: 'P-256', kid: 'new', x: '!', y: '' },
  );
  await start();
  for (const token of [oldToken, newToken, await sign('x'.repeat(32), 'HS256', CLAIMS, { kid: 'secret' })]) {
    expect(await send(token)).toMatchObject({ status: 401 });
  }
});
