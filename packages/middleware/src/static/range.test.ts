import fc from 'fast-check';
import { expect, test } from 'vitest';

import { readRange } from './range.ts';

const size = fc.integer({ min: 1, max: 1000 });
const position = fc.integer({ min: 0, max: 1200 });

test('a part is within the file, and is what was asked for', () => {
  fc.assert(
    fc.property(size, position, position, (length, start, end) => {
      const range = readRange(`bytes=${start}-${end}`, length);
      if (end < start) expect(range).toBeUndefined();
      else if (start >= length) expect(range).toBe('unsatisfiable');
      else expect(range).toEqual({ start, end: Math.min(end, length - 1) });
    }),
  );
});

test('the last bytes end with the file', () => {
  fc.assert(
    fc.property(size, position, (length, last) => {
      const range = readRange(`bytes=-${last}`, length);
      if (last === 0) expect(range).toBe('unsatisfiable');
      else expect(range).toEqual({ start: Math.max(0, length - last), end: length - 1 });
    }),
  );
});

test('whatever is sent, the result is a part of the file or none', () => {
  const piece = fc.constantFrom('bytes', '=', '-', ',', ' ', '0', '5', '99999999999999999999', 'x', '\t');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(20), (pieces, length) => {
      const range = readRange(pieces.join(''), length);
      if (typeof range !== 'object') return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.start).toBeLessThanOrEqual(range.end);
      expect(range.end).toBeLessThan(length);
    }),
  );
});
