import fc from 'fast-check';
import { expect, test } from 'vitest';

import { attachment } from './disposition.ts';

test.each([
  ['a.pdf', 'attachment; filename="a.pdf"'],
  ['a b.pdf', 'attachment; filename="a b.pdf"'],
  ['größe.pdf', `attachment; filename="gr__e.pdf"; filename*=UTF-8''gr%C3%B6%C3%9Fe.pdf`],
  ['100%.pdf', `attachment; filename="100_.pdf"; filename*=UTF-8''100%25.pdf`],
  ["it's (1).pdf", `attachment; filename="it's (1).pdf"`],
  ['../../etc/passwd', 'attachment; filename="passwd"'],
  ['..\\..\\boot.ini', 'attachment; filename="boot.ini"'],
  ['a\r\nset-cookie: a=b', 'attachment; filename="aset-cookie: a=b"'],
  ['', 'attachment'],
  ['\n', 'attachment'],
])('%j: %s', (name, header) => {
  expect(attachment(name)).toBe(header);
});

test('is a valid header, whatever the name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(attachment(name)).toMatch(
        /^attachment(?:; filename="[^"\\]*"(?:; filename\*=UTF-8''[\w!.~%-]+)?)?$/,
      );
      expect(() => new Headers({ a: attachment(name) })).not.toThrow();
    }),
  );
});
