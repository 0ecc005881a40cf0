import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createRedaction } from './redact-line.ts';

const redaction = createRedaction();
const line = (value: unknown): string => redaction.line(JSON.stringify(value));
const SECRET = 's3cr3t-V4lue';

test.each([
  ['a header', { headers: { authorization: `Bearer ${SECRET}` } }],
  ['in capitals', { Authorization: SECRET, 'PROXY-AUTHORIZATION': SECRET }],
  ['cookies', { headers: { cookie: `sid=${SECRET}`, 'set-cookie': [`sid=${SECRET}; Path=/`] } }],
  ['an API key', { 'X-Api-Key': SECRET, apiKey: SECRET, api_key: SECRET }],
  ['a password, deep', { user: { login: [{ passWord: SECRET }] } }],
  ['an object below such a name', { credentials: { user: 'x', id: SECRET } }],
  ['a list', { tokens: [SECRET, SECRET] }],
  ['a number', { pin: 1234, otp: 481_923, password: 42 }],
  ['a buffer', { secret: Buffer.from(SECRET) }],
  ['a code of OAuth', { query: { code: '4/0AX4XfWh', state: 'x' } }],
  ['a second factor', { code: '481923' }],
  ['raw headers', { rawHeaders: ['Host', 'x', 'Authorization', SECRET, 'Cookie', `a=${SECRET}`] }],
  [
    'pairs',
    {
      headers: [
        ['accept', '*/*'],
        ['cookie', `a=${SECRET}`],
      ],
    },
  ],
  ['an archive of HTTP', { headers: [{ name: 'Authorization', value: SECRET }] }],
  [
    'an error of axios',
    { err: { config: { headers: { Authorization: SECRET }, auth: { username: 'u', password: SECRET } } } },
  ],
  ['its data', { err: { config: { data: JSON.stringify({ user: 'u', password: `${SECRET}"x` }) } } }],
  ['JSON in JSON in JSON', { data: JSON.stringify({ body: JSON.stringify({ accessToken: SECRET }) }) }],
  [
    'its raw request',
    {
      _header: `GET / HTTP/1.1\r\nAuthorization: Digest a="${SECRET}"\r\nCookie: a=${SECRET}; b=${SECRET}\r\n\r\n`,
    },
  ],
  ['a form', { body: `password=${SECRET}&user=x` }],
  ['a URL', { url: `https://user:${SECRET}@example.com/` }],
  ['a query', { url: `/callback?state=1&code=${SECRET}` }],
  ['a query with an escaped name', { url: `/x?access%5Ftoken=${SECRET}` }],
  ['a fragment', { url: `/x#access_token=${SECRET}` }],
  ['a message', { msg: `could not log in with password=${SECRET} at x` }],
  ['a quoted value', { msg: `password="${SECRET} ${SECRET}" token='${SECRET}'` }],
  ['a header in a message', { msg: `sent Bearer ${SECRET} to x` }],
  ['a JSON Web Token', { msg: 'got eyJhbGciOiJIUzI1NiJ9.s3cr3t-V4lue.s3cr3t-V4lue, which is old' }],
  ['a private key', { msg: `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----` }],
  ['a key with an escape', { 'pass\u0077ord': SECRET }],
])('hides %s', (_what, value) => {
  const shown = line(value);
  expect(shown).toContain('[redacted]');
  expect(shown).not.toMatch(/s3cr3t|V4lue|4\/0AX|481|\b42\b|1234|115,51/);
  expect(Object.keys(JSON.parse(shown) as object)).toEqual(Object.keys(value));
});

test.each([
  { err: { code: 'ECONNREFUSED', type: 'Error' } },
  { err: { code: 'ERR_BLAIZE_PLUGIN' }, code: 'no-user', more: { code: 23_505 } },
  { msg: 'exit code=1', key: 'user:1', tokenType: 'Bearer', cookieName: 'sid' },
  { sessions: { open: 3, total: 12 }, tokens: 512, authenticated: true, password: null, cookies: {} },
  { path: '/auth/login', route: '/auth/:name', author: 'Ada', url: 'https://example.com/a?page=2' },
  { msg: 'The session is over; basic rules of a token', secretary: false },
  { header: 'cookie', msg: 'missing' },
])('leaves %j', (value) => {
  expect(line(value)).toBe(JSON.stringify(value));
});

test('keeps what is beside a credential', () => {
  expect(
    JSON.parse(line({ a: 1, headers: { cookie: 'a', host: 'x' }, url: '/x?a=1&token=2&b=3', z: [1] })),
  ).toEqual({
    a: 1,
    headers: { cookie: '[redacted]', host: 'x' },
    url: '/x?a=1&token=[redacted]&b=3',
    z: [1],
  });
});

test('hides further names, in any spelling', () => {
  const more = createRedaction(['card-number', 'iban', 'a+b']);
  const shown = more.line(
    JSON.stringify({ cardNumber: '4111', CARD_NUMBER: 4111, iban: 'DE4111', 'a+b': [4111], ibanHint: 1 }),
  );
  expect(shown).not.toContain('4111');
  expect(shown).toContain('"ibanHint":1');
});

test('the result is always JSON, and no credential is left in it', () => {
  const secret = fc
    .string({ minLength: 12, maxLength: 20 })
    .map((text) => `${text.replaceAll(/\W/g, 'x')}Zq9Zq`);
  const name = fc.constantFrom(
    'password',
    'Authorization',
    'api_key',
    'X-API-KEY',
    'refreshToken',
    'Set-Cookie',
  );
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), secret, name, fc.string(), (value, hidden, key, around) => {
      const given = { value, [around]: { deep: [{ [key]: `${around}${hidden}` }, { again: value }] } };
      const shown = line(given);
      expect(() => JSON.parse(shown) as unknown).not.toThrow();
      if (around !== 'value' && around !== '__proto__') expect(shown).not.toContain(hidden);
    }),
    { numRuns: 500 },
  );
});

test('text of any kind stays JSON', () => {
  const part = fc.constantFrom(
    'password=',
    '"',
    '\\',
    '\n',
    '://',
    '@',
    'Bearer ',
    'cookie: ',
    '{"token":"',
    '"}',
    'eyJabcdefg.x',
    '-----BEGIN PRIVATE KEY-----',
    'x9',
    ' ',
    '&',
    '?',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const nested = JSON.stringify({ text: parts.join('') });
      expect(() => JSON.parse(line({ msg: parts.join(''), nested, end: 1 })) as unknown).not.toThrow();
      expect((JSON.parse(line({ msg: parts.join(''), nested, end: 1 })) as { end: number }).end).toBe(1);
    }),
    { numRuns: 2000 },
  );
});

test('a token is hidden, whatever is before it', () => {
  const token = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${SECRET}`;
  for (const before of ['', ' ', '-', 'jwt-', 'eyJ-', 'eyJhbGci-', '"', '\n']) {
    const written = line({ msg: `a ${before}${token} b` });
    expect(written, before).not.toContain(SECRET);
    expect(written, before).not.toContain('eyJzdWIi');
  }
});

// With a pattern whose time grows faster than the line, this would not end in the time that a test has.
test('long lines of any kind are done', () => {
  for (const piece of [
    'a',
    'password=',
    '\\"',
    'cookie: ',
    '://',
    'Bearer ',
    '"a\\"',
    '-----BEGIN PRIVATE KEY-----',
    'a.',
    '%41',
    '{"token":"x',
    '-eyJaaaaaa',
    'eyJ-eyJaaaaaa.',
  ]) {
    const text = piece.repeat((piece.includes('eyJ') ? 1_000_000 : 100_000) / piece.length);
    expect(line({ msg: text, nested: JSON.stringify({ text }), password: 'x' })).toContain(
      '"password":"[redacted]"',
    );
  }
});
