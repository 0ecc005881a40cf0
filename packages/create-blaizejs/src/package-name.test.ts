import fc from 'fast-check';
import { expect, test } from 'vitest';

import { nameLike, problemOfName } from './package-name.ts';

test.each(['app', 'my-app', 'a', '1.x_y', '@me/app', '@1/a.b', 'x'.repeat(214)])('%s is a name', (name) => {
  expect(problemOfName(name)).toBeUndefined();
});

test.each([
  ['', 'a name can not be empty'],
  ['x'.repeat(215), 'a name has at most 214 characters'],
  ['MyApp', 'a name has no capital letters'],
  ['my app', 'a name consists of'],
  ['.app', 'a name consists of'],
  ['_app', 'a name consists of'],
  ['@me', 'a name consists of'],
  ['@me/', 'a name consists of'],
  ['a/b', 'a name consists of'],
  ['@me/a/b', 'a name consists of'],
  ['../app', 'a name consists of'],
  ['app\n', 'a name consists of'],
  ['naïve', 'a name consists of'],
  ["it's", 'a name consists of'],
  ['node_modules', '"node_modules" is taken by Node or npm'],
  ['http2', '"http2" is taken by Node or npm'],
])('"%s" is none: %s', (name, problem) => {
  expect(problemOfName(name)).toContain(problem);
});

test.each([
  ['My App', 'my-app'],
  ['  Crème brûlée! ', 'creme-brulee'],
  ['_private', 'private'],
  ['http', 'http-app'],
  ['日本', 'app'],
  ['', 'app'],
])('what comes nearest to "%s" is %s', (text, name) => {
  expect(nameLike(text)).toBe(name);
});

test('whatever comes nearest to a text is a name', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ maxLength: 400 })), (text) => {
      expect(problemOfName(nameLike(text))).toBeUndefined();
    }),
  );
});

test('what is a name stays as it is', () => {
  const plain = fc
    .stringMatching(/^[a-z0-9][a-z0-9._-]{0,30}[a-z0-9]$/)
    .filter((name) => !problemOfName(name));
  fc.assert(
    fc.property(plain, (name) => {
      expect(nameLike(name)).toBe(name);
    }),
  );
});
