import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { WAYS } from '../../../tooling/test/ways.ts';
import { jwtAuth } from '../src/jwt.ts';
import { AUDIENCE, bearer, CLAIMS, ed25519, invalid, ISSUER, p256, rsa, SECRET, sign } from './tokens.ts';
import { outcome, serve } from './server.ts';

const RULES = { issuer: ISSUER, audience: AUDIENCE } as const;
const pem = (key: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer }): string =>
  String(key.export({ type: 'spki', format: 'pem' }));

describe.each(WAYS)('%s', (way) => {
  test('a good token: the claims are the user', async () => {
    await using app = await serve([jwtAuth({ secret: SECRET, ...RULES })]);
    expect(await outcome(app, way, bearer(await sign(SECRET, 'HS256')))).toMatchObject({
      status: 200,
      body: { user: CLAIMS },
    });
  });

  test('no token: 401 with a challenge that has no error (RFC 6750 section 3.1)', async () => {
    await using app = await serve([jwtAuth({ secret: SECRET, realm: 'api' })]);
    const none = { status: 401, challenge: 'Bearer realm="api"', body: { code: 'ERR_BLAIZE_UNAUTHORIZED' } };
    expect(await outcome(app, way)).toMatchObject(none);
    expect(await outcome(app, way, { authorization: 'Basic YTpi' })).toMatchObject(none);
    expect(await outcome(app, way, {}, `/?access_token=${await sign(SECRET, 'HS256')}`)).toMatchObject(none);
  });

  test('a schema checks the claims, and says what the user is', async () => {
    const schema = z.object({ sub: z.string(), plan: z.enum(['free', 'pro']).default('free') });
    await using app = await serve([jwtAuth({ secret: SECRET, schema })]);
    expect(await outcome(app, way, bearer(await sign(SECRET, 'HS256')))).toMatchObject({
      status: 200,
      body: { user: { sub: 'alice', plan: 'free' } },
    });
    const other = await sign(SECRET, 'HS256', { ...CLAIMS, plan: 'gold' });
    expect(await outcome(app, way, bearer(other))).toMatchObject({
      status: 401,
      challenge: invalid('The claims of the token are not the expected ones.'),
    });
  });

  test('load() finds the user, or refuses a token that was revoked', async () => {
    const users = new Map([['alice', { name: 'Alice' }]]);
    await using app = await serve([
      jwtAuth({ secret: SECRET, schema: z.object({ sub: z.string() }), load: ({ sub }) => users.get(sub) }),
    ]);
    const token = bearer(await sign(SECRET, 'HS256'));
    expect(await outcome(app, way, token)).toMatchObject({ status: 200, body: { user: { name: 'Alice' } } });
    users.clear();
    expect(await outcome(app, way, token)).toMatchObject({
      status: 401,
      challenge: invalid('The token is not valid any more.'),
    });
  });
});

test.each([
  ['RS256', rsa, { publicKey: pem(rsa.publicKey) }],
  ['PS256', rsa, { publicKey: pem(rsa.publicKey), algorithms: ['PS256'] }],
  ['ES256', p256, { publicKey: p256.publicKey }],
  ['EdDSA', ed25519, { publicKey: ed25519.publicKey.export({ format: 'jwk' }) }],
  ['Ed25519', ed25519, { publicKey: pem(ed25519.publicKey) }],
] as const)('%s with a public key', async (alg, { privateKey }, options) => {
  await using app = await serve([jwtAuth(options)]);
  expect(await outcome(app, 'HTTP/2', bearer(await sign(privateKey, alg)))).toMatchObject({ status: 200 });
});

test('all keys of a list are good, and no others', async () => {
  const old = 'the secret of last year, also of at least 32 bytes';
  await using app = await serve([jwtAuth({ secret: [SECRET, Buffer.from(old)] })]);
  expect(await outcome(app, 'HTTP/2', bearer(await sign(SECRET, 'HS256')))).toMatchObject({ status: 200 });
  expect(await outcome(app, 'HTTP/2', bearer(await sign(old, 'HS256')))).toMatchObject({ status: 200 });
  expect(await outcome(app, 'HTTP/2', bearer(await sign(`${old}!`, 'HS256')))).toMatchObject({
    status: 401,
    challenge: invalid('The signature of the token cannot be verified.'),
  });
  const expired = await sign(old, 'HS256', { ...CLAIMS, exp: 1 });
  expect(await outcome(app, 'HTTP/2', bearer(expired))).toMatchObject({
    challenge: invalid('The token has expired.'),
  });
});

test('keys of different kinds are each good for their own algorithms', async () => {
  await using app = await serve([jwtAuth({ publicKey: [p256.publicKey, rsa.publicKey] })]);
  expect(await outcome(app, 'HTTP/2', bearer(await sign(rsa.privateKey, 'RS256')))).toMatchObject({
    status: 200,
  });
  expect(await outcome(app, 'HTTP/2', bearer(await sign(p256.privateKey, 'ES256')))).toMatchObject({
    status: 200,
  });
  expect(await outcome(app, 'HTTP/2', bearer(await sign(rsa.privateKey, 'RS512')))).toMatchObject({
    status: 401,
  });
});

test('clocks may differ a little', async () => {
  await using app = await serve([jwtAuth({ secret: SECRET, clockTolerance: 60_000 })]);
  const now = Math.floor(Date.now() / 1000);
  const at = async (claims: object) =>
    (await outcome(app, 'HTTP/2', bearer(await sign(SECRET, 'HS256', { ...CLAIMS, ...claims })))).status;
  expect(await at({ exp: now - 30 })).toBe(200);
  expect(await at({ nbf: now + 30 })).toBe(200);
  expect(await at({ exp: now - 90 })).toBe(401);
  expect(await at({ nbf: now + 90 })).toBe(401);
});

test('one of several audiences and issuers is enough', async () => {
  await using app = await serve([
    jwtAuth({ secret: SECRET, audience: ['a', 'b'], issuer: ['x', 'y'], type: 'at+jwt' }),
  ]);
  const get = async (claims: object, typ = 'at+JWT') =>
    (
      await outcome(
        app,
        'HTTP/2',
        bearer(await sign(SECRET, 'HS256', { exp: CLAIMS.exp, ...claims }, { typ })),
      )
    ).status;
  expect(await get({ aud: 'b', iss: 'x' })).toBe(200);
  expect(await get({ aud: ['c', 'a'], iss: 'y' })).toBe(200);
  expect(await get({ aud: ['c'], iss: 'y' })).toBe(401);
  expect(await get({ aud: 'a', iss: ['y'] })).toBe(401);
  expect(await get({ aud: 'a', iss: 'y' }, 'JWT')).toBe(401);
});

describe('options', () => {
  const jwks = 'https://login.example.com/keys';
  const names = { issuer: 'x', audience: 'y' };
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  test.each<[string, object, string]>([
    ['no key', {}, 'one of `secret`, `publicKey` and `jwks`'],
    [
      'two kinds of key',
      { secret: SECRET, publicKey: rsa.publicKey },
      'publicKey: expected nothing beside `secret`, received "(hidden)"',
    ],
    ['an unknown option', { secret: SECRET, isuer: 'x' }, 'Did you mean `issuer`?'],
    ['a short secret (RFC 7518 section 3.2)', { secret: 'too short' }, 'openssl rand -base64 32'],
    ['an empty secret', { secret: '' }, 'at least 32 bytes, as text or bytes, received nothing'],
    ['no secret', { secret: [] }, 'at least 32 bytes'],
    ['a public key as a secret (CVE-2015-9235)', { secret: pem(rsa.publicKey) }, 'belongs in `publicKey`'],
    ['keys over http', { jwks: 'http://login.example.com', ...names }, 'jwks: expected an https: URL'],
    ['the same in an object', { jwks: { url: 'x' }, ...names }, 'jwks.url: expected an https: URL'],
    ['a secret as a public key', { publicKey: SECRET }, 'a public key'],
    ['an RSA key that is too small', { publicKey: small }, 'at least 2048 bits'],
    ['no algorithm', { secret: SECRET, algorithms: ['none'] }, 'algorithms[0]: expected one of HS256'],
    ['an empty list of algorithms', { secret: SECRET, algorithms: [] }, 'a list of algorithms'],
    [
      'HMAC with a public key',
      { publicKey: pem(rsa.publicKey), algorithms: ['HS256'] },
      'one that fits the keys: RS256',
    ],
    [
      'HMAC with a JWKS',
      { jwks, issuer: 'x', audience: 'y', algorithms: ['HS256'] },
      'one that fits the keys: RS256',
    ],
    [
      'an algorithm with a longer hash than the secret',
      { secret: SECRET, algorithms: ['HS512'] },
      'fits the keys: HS256',
    ],
    ['a JWKS without issuer', { jwks, audience: 'y' }, 'the issuer of the tokens'],
    ['a JWKS without audience', { jwks, issuer: 'x' }, 'the name of this API in tokens'],
    ['a JWKS over http', { jwks: 'http://example.com', issuer: 'x', audience: 'y' }, 'an https: URL'],
    ['a JWKS from a file', { jwks: 'file:///etc/passwd', issuer: 'x', audience: 'y' }, 'an https: URL'],
    ['a JWKS of no URL', { jwks: 'keys', issuer: 'x', audience: 'y' }, 'an https: URL'],
    [
      'an unknown option of a JWKS',
      { jwks: { url: jwks, coolDown: 1 }, issuer: 'x', audience: 'y' },
      'Did you mean `cooldown`?',
    ],
    ['a schema that is none', { secret: SECRET, schema: {} }, 'a schema'],
  ])('%s', (_what, options, message) => {
    expect(() => jwtAuth(options)).toThrow(message);
  });

  test('no message has the secret', () => {
    for (const options of [
      { secret: 'hunter2' },
      { secrt: 'hunter2' },
      'hunter2',
      { publicKey: ['hunter2'] },
    ]) {
      let message = '';
      try {
        jwtAuth(options as object);
      } catch (error) {
        ({ message } = error as Error);
      }
      expect(message).toContain('The options of jwtAuth() have');
      expect(message).not.toContain('hunter2');
    }
  });

  test('a JWKS may be for tokens without an audience, if that is said', () => {
    expect(jwtAuth({ jwks, issuer: 'x', audience: false }).name).toBe('jwt-auth');
  });
});
