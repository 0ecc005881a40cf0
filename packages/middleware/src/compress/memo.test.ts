import { expect, test } from 'vitest';

import { Memo } from './memo.ts';

test('it finds what was found before', () => {
  let made = 0;
  const memo = new Memo((text) => `${text} ${(made += 1)}`);
  expect([memo.get('a'), memo.get('b'), memo.get('a')]).toEqual(['a 1', 'b 2', 'a 1']);
});

test('what clients send does not fill the memory', () => {
  let made = 0;
  const memo = new Memo(() => (made += 1));
  for (let i = 0; i < 1000; i++) memo.get(String(i));
  made = 0;
  for (let i = 0; i < 1000; i++) memo.get(String(i));
  expect(made).toBe(1000);
  const long = 'x'.repeat(10_000);
  expect(memo.get(long)).not.toBe(memo.get(long));
});
