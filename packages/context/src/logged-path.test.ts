import fc from 'fast-check';
import { expect, test } from 'vitest';

import { loggedPath } from './logged-path.ts';

const shown = (path: string, params: unknown = {}): string => loggedPath({ path, params });

test.each(['/', '/users/7', '/files/a%20b.txt', '/caf\u00e9', '/a=b/@me/x;v=2', '/search/keys'])(
  'leaves %s as it is',
  (path) => expect(shown(path)).toBe(path),
);

test.each([
  ['/a\u001b[2Jb', '/a%1B[2Jb'],
  ['/a\r\nb', '/a%0D%0Ab'],
  // CSI, on terminals of 8 bits.
  ['/a\u009b2Jb', '/a%C2%9B2Jb'],
  ['/\u202egnp.exe', '/%E2%80%AEgnp.exe'],
])('encodes the controls of %j', (path, expected) => expect(shown(path)).toBe(expected));

test.each([
  ['/reset/s3cr%21t/now', { token: 's3cr!t' }, '/reset/[redacted]/now'],
  ['/x/eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl/y', {}, '/x/[redacted]/y'],
  ['/get;token=abc;v=1', {}, '/get;token=[redacted];v=1'],
  ['/get%3Fpassword=hunter2&x=1', {}, '/get%3Fpassword=[redacted]&x=1'],
  ['/proxy/https://user:hunter2@example.org/', {}, '/proxy/https://[redacted]@example.org/'],
])('hides the credentials of %s', (path, params, expected) => expect(shown(path, params)).toBe(expected));

test('whatever a client sends, a line stays a line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (path) => {
      expect(shown(path)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
    }),
    { numRuns: 50 },
  );
});
