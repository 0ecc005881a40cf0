import type { TestServer } from '@blaizejs/testing';
import fc from 'fast-check';
import { CompactEncrypt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { WAYS } from '../../../tooling/test/ways.ts';
import { jwtAuth } from '../src/jwt.ts';
import { AUDIENCE, bearer, CLAIMS, forge, ISSUER, p256, rsa, SECRET, sign } from './tokens.ts';
import { outcome, serve } from './server.ts';

const MALFORMED = 'The token is malformed.';
const ALGORITHM = 'The algorithm of the token is not accepted.';
const SIGNATURE = 'The signature of the token cannot be verified.';
const NOT_YET = 'The token is not valid yet.';
const EXPIRY = 'The token has no valid expiry time.';
const now = Math.floor(Date.now() / 1000);
const HS256 = { alg: 'HS256' };

let secret: TestServer;
let keyed: TestServer;
const warnings: unknown[] = [];
beforeAll(async () => {
  const rules = { issuer: ISSUER, audience: AUDIENCE };
  const log = (...args: unknown[]) => void warnings.push(args);
  const logger = { debug: () => undefined, info: () => undefined, warn: log, error: log };
  secret = await serve([jwtAuth({ secret: SECRET, ...rules })], { logger });
  keyed = await serve([jwtAuth({ publicKey: rsa.publicKey, ...rules })], { logger });
});
afterAll(async () => {
  await secret.close();
  await keyed.close();
  // Attacks fill no logs.
  expect(warnings).toEqual([]);
});

const good = forge(HS256, CLAIMS);
const [head = '', body = '', signature = ''] = good.split('.');
const unsigned = (header: object): string => forge(header, CLAIMS).replace(/[^.]*$/, '');

const attacks: [string, string | Promise<string>, string | undefined][] = [
  ['nothing', '', MALFORMED],
  ['one word', 'abc', MALFORMED],
  ['dots', '..', MALFORMED],
  ['two parts', `${head}.${body}`, MALFORMED],
  ['four parts', `${good}.x`, MALFORMED],
  ['no signature', `${head}.${body}.`, SIGNATURE],
  ['half a signature', good.slice(0, -20), SIGNATURE],
  ['a changed signature', `${head}.${body}.${signature.split('').reverse().join('')}`, SIGNATURE],
  [
    'changed claims',
    `${head}.${Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'admin' })).toString('base64url')}.${signature}`,
    SIGNATURE,
  ],
  ['two tokens', `${good}, Bearer ${good}`, MALFORMED],
  ['a token with a space', `${good} x`, MALFORMED],
  ['a huge token', forge(HS256, { ...CLAIMS, x: 'a'.repeat(9000) }, 'x'), SIGNATURE],
  ['alg none (CVE-2015-2951)', unsigned({ alg: 'none' }), ALGORITHM],
  ['alg None', unsigned({ alg: 'None' }), ALGORITHM],
  ['alg none, signed', forge({ alg: 'none' }, CLAIMS), ALGORITHM],
  ['no alg', forge({}, CLAIMS), MALFORMED],
  ['alg that is no text', forge({ alg: ['HS256'] }, CLAIMS), MALFORMED],
  ['alg in lower case', forge({ alg: 'hs256' }, CLAIMS), ALGORITHM],
  ['another algorithm of the same key', sign(SECRET.repeat(2), 'HS512'), ALGORITHM],
  ['alg of a property of objects', forge({ alg: '__proto__' }, CLAIMS), ALGORITHM],
  [
    'crit that is not known (Fastify: 500)',
    forge({ ...HS256, crit: ['x'], x: 1 }, CLAIMS),
    'The token asks for what is not supported.',
  ],
  ['crit that is empty', forge({ ...HS256, crit: [] }, CLAIMS), MALFORMED],
  ['crit that is no list', forge({ ...HS256, crit: 'exp' }, CLAIMS), MALFORMED],
  ['b64 (RFC 7797)', forge({ ...HS256, crit: ['b64'], b64: false }, CLAIMS), undefined],
  ['a header that is no JSON', forge('{', CLAIMS), MALFORMED],
  ['a header that is a list', forge([], CLAIMS), MALFORMED],
  ['a header that is null', forge('null', CLAIMS), MALFORMED],
  ['claims that are no JSON', forge(HS256, '{'), MALFORMED],
  ['claims that are a text', forge(HS256, '"x"'), MALFORMED],
  ['claims that are null', forge(HS256, 'null'), MALFORMED],
  ['claims that are a list', forge(HS256, [CLAIMS]), MALFORMED],
  ['claims that are deep', forge(HS256, '['.repeat(5000) + ']'.repeat(5000)), MALFORMED],
  ['nbf in the future (Fastify: 500)', forge(HS256, { ...CLAIMS, nbf: now + 3600 }), NOT_YET],
  ['nbf that is no number', forge(HS256, { ...CLAIMS, nbf: 'now' }), NOT_YET],
  ['expired', forge(HS256, { ...CLAIMS, exp: now - 3600 }), 'The token has expired.'],
  ['no exp', forge(HS256, { ...CLAIMS, exp: undefined }), EXPIRY],
  ['exp that is a text', forge(HS256, { ...CLAIMS, exp: '4102444800' }), EXPIRY],
  ['exp that is null', forge(HS256, { ...CLAIMS, exp: null }), EXPIRY],
  [
    'another issuer',
    forge(HS256, { ...CLAIMS, iss: `${ISSUER}.evil.com` }),
    'The token is from another issuer.',
  ],
  ['no issuer', forge(HS256, { ...CLAIMS, iss: undefined }), 'The token is from another issuer.'],
  ['another audience', forge(HS256, { ...CLAIMS, aud: 'other' }), 'The token is for another audience.'],
  ['no audience', forge(HS256, { ...CLAIMS, aud: [] }), 'The token is for another audience.'],
  [
    'audience that is an object',
    forge(HS256, { ...CLAIMS, aud: { 0: AUDIENCE } }),
    'The token is for another audience.',
  ],
  [
    'an encrypted token',
    new CompactEncrypt(Buffer.from('x'))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(Buffer.alloc(32)),
    MALFORMED,
  ],
];

describe.each(WAYS)('%s', (way) => {
  test.each(attacks)('%s: 401', async (_what, token, reason) => {
    const found = await outcome(secret, way, bearer(await token));
    expect(found).toMatchObject({ status: 401, body: { code: 'ERR_BLAIZE_AUTH_CREDENTIALS' } });
    expect(found.challenge).toMatch(/^Bearer error="invalid_token", error_description="[^"]+"$/);
    if (reason !== undefined) expect(found.challenge).toContain(`"${reason}"`);
  });

  test.each([
    ['its PEM', rsa.publicKey.export({ type: 'spki', format: 'pem' })],
    ['its PEM in another form', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' })],
    ['its DER', rsa.publicKey.export({ type: 'spki', format: 'der' })],
    ['nothing', ''],
  ])('the public key is no secret: %s (CVE-2015-9235)', async (_what, key) => {
    const { status, challenge } = await outcome(keyed, way, bearer(forge(HS256, CLAIMS, key)));
    expect(status).toBe(401);
    expect(challenge).toContain(ALGORITHM);
  });

  test('a key that the token brings along is not used (CVE-2018-0114)', async () => {
    const jwk = p256.publicKey.export({ format: 'jwk' });
    for (const header of [
      { jwk },
      { jku: 'https://evil.example' },
      { x5u: 'https://evil.example' },
      { x5c: ['x'] },
    ]) {
      const token = await sign(p256.privateKey, 'ES256', CLAIMS, header);
      expect(await outcome(keyed, way, bearer(token))).toMatchObject({ status: 401 });
      expect(await outcome(secret, way, bearer(token))).toMatchObject({ status: 401 });
    }
  });
});

test('whatever comes is 401', async () => {
  const part = fc.oneof(
    fc.base64String().map((text) => text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    fc.constantFrom(head, body, signature, ''),
  );
  const token = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.'));
  const value = fc.oneof(token, fc.string({ unit: 'grapheme-ascii' }));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('Bearer ', 'bearer', 'BEARER  ', '', 'Basic '),
      value,
      async (scheme, text) => {
        fc.pre(!text.includes(good));
        const { status, challenge } = await outcome(secret, 'in process', { authorization: scheme + text });
        expect(status).toBe(401);
        expect(challenge).toMatch(/^Bearer/);
      },
    ),
    { numRuns: 300 },
  );
});
