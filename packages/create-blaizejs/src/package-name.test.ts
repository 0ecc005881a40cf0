import fc from 'fast-check';
import { expect, test } from 'vitest';

import { nameLike, problemOfName } from './package-name.ts';

test.each(['app', 'my-app', 'a', '1.x_y', '@me/app', '@1/a.b', 'x'.repeat(214)])(
  '%s is a valid name',
  (name) => {
    expect(problemOfName(name)).toBeUndefined();
  },
);

test.each([
  ['', 'it is empty'],
  ['x'.repeat(215), 'it has more than 214 characters'],
  ['MyApp', 'it has capital letters'],
  ['my app', 'use only a-z'],
  ['.app', 'use only a-z'],
  ['_app', 'use only a-z'],
  ['@me', 'use only a-z'],
  ['@me/', 'use only a-z'],
  ['a/b', 'use only a-z'],
  ['@me/a/b', 'use only a-z'],
  ['../app', 'use only a-z'],
  ['app\n', 'use only a-z'],
  ['naïve', 'use only a-z'],
  ["it's", 'use only a-z'],
  ['node_modules', 'it is reserved by Node or npm'],
  ['http2', 'it is reserved by Node or npm'],
])('"%s" is invalid: %s', (name, problem) => {
  expect(problemOfName(name)).toContain(problem);
});

test.each([
  ['My App', 'my-app'],
  ['  Crème brûlée! ', 'creme-brulee'],
  ['_private', 'private'],
  ['http', 'http-app'],
  ['日本', 'app'],
  ['', 'app'],
])('the closest name to "%s" is %s', (text, name) => {
  expect(nameLike(text)).toBe(name);
});

test('the closest name to any text is valid', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ maxLength: 400 })), (text) => {
      expect(problemOfName(nameLike(text))).toBeUndefined();
    }),
  );
});

test('a valid name stays unchanged', () => {
  const plain = fc
    .stringMatching(/^[a-z0-9][a-z0-9._-]{0,30}[a-z0-9]$/)
    .filter((name) => !problemOfName(name));
  fc.assert(
    fc.property(plain, (name) => {
      expect(nameLike(name)).toBe(name);
    }),
  );
});
