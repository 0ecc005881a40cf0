import { expect, test } from 'vitest';

import { checkOptions, list, optional, options, text } from './check.ts';
import { concealed } from './concealed.ts';
import { ConfigurationError } from './configuration-error.ts';

test.each([
  ['secret', 'hunter2', '(7 characters)'],
  ['session.secret', '\u00e9', '(1 character)'],
  ['secret[1]', '(31 bytes)', '(31 bytes)'],
  ['tls.passphrase', 'hunter2', '(7 characters)'],
  ['tls.ticketKeys', new Uint8Array(32), '(32 bytes)'],
  ['acme.eab.hmacKey', 'hunter2', '(7 characters)'],
  ['clientSecret', 12_345_678, '(a value of type number)'],
  ['secret', ['hunter2'], ['(hidden)']],
  ['key', 'a-key-that-is-long-enough', '(25 characters)'],
  ['client', 'redis://:hunter2@localhost', '(26 characters)'],
  ['url', 'HTTPS://ada:hunter2@example.com/a', '(33 characters)'],
  ['keyFile', '-----BEGIN PRIVATE KEY-----\nMIIE', '(32 characters)'],
])('of %s, %j, it shows %j', (path, value, shown) => expect(concealed(path, value)).toEqual(shown));

test.each([
  ['port', '80'],
  ['key', 'ip'],
  ['cookie.name', 'a b'],
  ['session', 'yes'],
  ['url', 'redis://localhost:6379/0'],
  ['secret', undefined],
  ['secret', true],
  ['tokenType', 'JWT'],
])('of %s, %j, it shows everything', (path, value) => expect(concealed(path, value)).toBe(value));

test('no error of options shows a secret, under its name or a mistyped one', () => {
  const check = options(
    { passphrase: optional(text('a passphrase')), secrets: optional(list(text('a secret'), 'a list')) },
    'an object of options',
  );
  const run = (): unknown =>
    checkOptions(check, { passphrase: ['hunter2'], secrets: 'hunter2', pasphrase: 'hunter2' });
  expect(run).toThrow(ConfigurationError);
  let error: unknown;
  try {
    run();
  } catch (thrown) {
    error = thrown;
  }
  expect(
    JSON.stringify([error, (error as Error).message, (error as ConfigurationError).problems]),
  ).not.toContain('hunter2');
  expect((error as Error).message).toContain('received "(7 characters)"');
});
