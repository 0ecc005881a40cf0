import fc from 'fast-check';
import { expect, test } from 'vitest';

import { safeFileName } from './file-name.ts';

test.each([
  ['photo.png', 'photo.png'],
  ['a b (1).tar.gz', 'a b (1).tar.gz'],
  ['日本.txt', '日本.txt'],
  ['.gitignore', '.gitignore'],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\boot.ini', 'boot.ini'],
  ['C:\\Users\\Ada\\photo.png', 'photo.png'],
  ['C:photo.png', 'photo.png'],
  ['/etc/', 'unnamed'],
  ['..', 'unnamed'],
  ['.', 'unnamed'],
  ['...', 'unnamed'],
  ['', 'unnamed'],
  [' ', 'unnamed'],
  ['a\0.png', 'a.png'],
  ['a\r\nb', 'ab'],
  ['photo\u202egpj.exe', 'photogpj.exe'],
  ['pay\u200bpal.png', 'paypal.png'],
  ['a\u200c\u200d\u2060\ufeff\u00ad.png', 'a.png'],
  ['a\u061c\u2066b\u2069.png', 'ab.png'],
  ['a\u034f\u115f\u3164\ufe0f\u{e0061}\u{e0100}.png', 'a.png'],
  ['\u200b', 'unnamed'],
  ['.\u200b.', 'unnamed'],
  ['a\u00a0\u3000b\u2800', 'a  b'],
  ['a.txt:stream', 'a.txt_stream'],
  ['<b>"?*|.txt', '_b_____.txt'],
  ['name. ', 'name'],
  ['NUL.txt', '_NUL.txt'],
  ['com1', '_com1'],
  ['console.log', 'console.log'],
  [`${'ä'.repeat(200)}.jpeg`, `${'ä'.repeat(125)}.jpeg`],
  ['x'.repeat(300), 'x'.repeat(255)],
])('%j becomes %j', (original, expected) => {
  expect(safeFileName(original)).toBe(expected);
});

// A time that grows with the square of the length would exceed that of the test.
test.each([' ', '.', '/', '\\', ':', 'C:', '\0', '.a'])('shortens a name of many %j', (each) => {
  expect(Buffer.byteLength(safeFileName(`a${each.repeat(300_000)}b`))).toBeLessThanOrEqual(255);
});

test('is one name in a folder, whatever the client sends', () => {
  const text = fc.string({ unit: 'binary', maxLength: 400 });
  const part = fc.constantFrom(
    '..',
    '/',
    '\\',
    '\0',
    'C:',
    '.',
    ' ',
    'a',
    '\u202e',
    '\u200b',
    '\u2800',
    'NUL',
  );
  const hostile = fc.array(fc.oneof(part, text), { maxLength: 20 }).map((all) => all.join(''));
  fc.assert(
    fc.property(hostile, (original) => {
      const name = safeFileName(original);
      // eslint-disable-next-line no-control-regex -- which must not be there
      expect(name).not.toMatch(/[/\\:\0-\x1f\x7f]|^\.{0,2}$/);
      expect(name).not.toMatch(/\p{Default_Ignorable_Code_Point}|\p{Cc}|\p{Cf}|\p{Cs}/u);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(safeFileName(name)).toBe(name);
    }),
  );
});
