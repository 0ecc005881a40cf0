import fc from 'fast-check';
import { expect, test } from 'vitest';

import { keepFields, toList } from './kept-fields.ts';

const value = fc.string().map((text) => text.replaceAll('\0', ''));
const name = value.filter((text) => text !== '');

test('fields come back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (fields) => {
      const kept = keepFields(
        fields.map(([each]) => each),
        fields.map(([, each]) => each),
      );
      expect(toList(kept)).toEqual(fields.flat());
    }),
  );
});

test('names that others have sent, too, are kept once', () => {
  const one = keepFields(['host', 'cookie'], ['a.example', 'a=1']);
  const other = keepFields(['host', 'cookie'], ['b.example', 'a=2']);
  expect(other.names).toBe(one.names);
});

test('clients cannot make the server keep any number of names, nor long ones', () => {
  const first = keepFields(['x-first'], ['']);
  for (let index = 0; index < 300; index++) keepFields([`x-${index}`], ['']);
  expect(keepFields(['x-first'], ['']).names).not.toBe(first.names);
  const long = 'x'.repeat(2000);
  expect(keepFields([long], ['']).names).not.toBe(keepFields([long], ['']).names);
});
