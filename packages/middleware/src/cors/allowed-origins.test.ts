import { createContext } from '@blaizejs/context';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { compileOrigins, type OriginRule } from './allowed-origins.ts';

const ctx = createContext(new Request('http://localhost/'));
const allows = (rule: OriginRule, origin: string) => compileOrigins(rule)(origin, ctx);

test.each([
  'https://example.com.attacker.example',
  'https://example.co',
  'https://example.com:8443',
  'http://example.com',
  'https://EXAMPLE.com',
  'https://example.com/',
  'https://example.com, https://example.com',
  '',
])('a text is compared exactly: not %j', (origin) => {
  expect(allows('https://example.com', origin)).toBe(false);
  expect(allows(['https://other.example', 'https://example.com'], origin)).toBe(false);
});

test('a pattern has to match the whole origin', () => {
  const pattern = /https:\/\/(\w+\.)?example\.com|http:\/\/localhost(:\d+)?/;
  expect(allows(pattern, 'https://example.com')).toBe(true);
  expect(allows(pattern, 'https://app.example.com')).toBe(true);
  expect(allows(pattern, 'http://localhost:5173')).toBe(true);
  expect(allows(pattern, 'https://example.com.attacker.example')).toBe(false);
  expect(allows(pattern, 'http://localhost:5173.attacker.example')).toBe(false);
  expect(allows(/example\.com$/, 'https://notexample.com')).toBe(false);
});

test.each(['g', 'y', 'gy'])('a pattern with the flag %s gives the same answer each time', (flags) => {
  const isAllowed = compileOrigins(new RegExp(String.raw`https://\w+\.example\.com`, flags));
  const answers = Array.from({ length: 5 }, () => isAllowed('https://a.example.com', ctx));
  expect(answers).toEqual([true, true, true, true, true]);
});

test.each([
  ['null', /.*/],
  ['https://a.example.com, https://attacker.example', /https:\/\/.*/],
  ['https://attacker.example\\.example.com', /.*\.example\.com/s],
  ['https://attacker.example/.example.com', /.*\.example\.com/],
  [`https://${'a'.repeat(100_000)}.example.com`, /https:\/\/(a+)+\.example\.com!/],
])('%.60s is no origin: no pattern and no function sees it', (origin, pattern) => {
  expect(allows(pattern, origin)).toBe(false);
  expect(
    allows(() => {
      throw new Error('called');
    }, origin),
  ).toBe(false);
});

test('null is allowed only if it is listed', () => {
  expect(allows(['https://example.com'], 'null')).toBe(false);
  expect(allows('null', 'null')).toBe(true);
  expect(allows([/x/, 'null'], 'null')).toBe(true);
});

test('a function may be asynchronous, and gets the context', async () => {
  const rule = (origin: string, given: unknown) =>
    Promise.resolve(origin === 'https://a.example' && given === ctx);
  expect(await allows(rule, 'https://a.example')).toBe(true);
  expect(await allows(rule, 'https://b.example')).toBe(false);
});

test('nothing but the listed origin is allowed, whatever is sent', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((rest) => `https://example.com${rest}`),
      ),
      (origin) => {
        expect(allows(['https://example.com'], origin)).toBe(origin === 'https://example.com');
        expect(allows(/https:\/\/example\.com/, origin)).toBe(origin === 'https://example.com');
      },
    ),
  );
});
