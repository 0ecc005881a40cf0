import { expect, test } from 'vitest';

import { jsonErrorIn } from './json-error.ts';

test.each([
  ['{"a": x}', 'unexpected character at line 1, column 7'],
  ['{"password":"hunter2"', 'it ends too early'],
  ['{"a":"b', 'it ends too early'],
  ['', 'it ends too early'],
  ['hello', 'unexpected character at line 1, column 1'],
  ['{"a":1}x', 'unexpected character at line 1, column 8'],
  ['[1,\n 2,\n ]', 'unexpected character at line 3, column 2'],
  ['{"a":1,}', 'unexpected character at line 1, column 8'],
  ['{,}', 'unexpected character at line 1, column 2'],
  ['{"a" 1}', 'unexpected character at line 1, column 6'],
  ['[1 2]', 'unexpected character at line 1, column 4'],
  ['[1}', 'unexpected character at line 1, column 3'],
  ['{"a":1]', 'unexpected character at line 1, column 7'],
  ['["a\\x"]', 'unexpected character at line 1, column 4'],
  ['["a\nb"]', 'unexpected character at line 1, column 4'],
  ['[01]', 'unexpected character at line 1, column 3'],
  ['[nul]', 'unexpected character at line 1, column 2'],
  ['[-]', 'unexpected character at line 1, column 2'],
  ["{'a':1}", 'unexpected character at line 1, column 2'],
  [`${'['.repeat(200_000)}x`, 'unexpected character at line 1, column 200001'],
])('%.40s: %s', (text, words) => {
  expect(jsonErrorIn(text)).toBe(words);
});

test('the position is where the parser fails: what is before can be continued, and with the character it can not', () => {
  const whole = '{"a":[1,-2.5e+3,true,null,"\\u00e9\\n x"],"b":{"c":{}},"d":[],"e":[[{}]]}';
  const fails = (text: string): boolean => {
    try {
      JSON.parse(text);
      return false;
    } catch {
      return true;
    }
  };
  let compared = 0;
  for (let at = 0; at < whole.length; at++) {
    for (const put of ['', '@', '}', ']', ',', ':', '"', '1', '{']) {
      const text = whole.slice(0, at) + put + whole.slice(at + 1);
      if (!fails(text)) continue;
      compared += 1;
      const found = /column (\d+)/.exec(jsonErrorIn(text))?.[1];
      const native = /position (\d+)/.exec(messageOf(text))?.[1];
      // The engine names a position only for some of its errors, and for others one that is inside of a token.
      if (native !== undefined && found !== undefined) {
        expect(Math.abs(Number(found) - 1 - Number(native)), text).toBeLessThanOrEqual(6);
      }
    }
  }
  expect(compared).toBeGreaterThan(300);
});

function messageOf(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
