import { expect, test } from 'vitest';

import { isOrigin, isSameOrigin, problemOfOrigin } from './origin.ts';

test.each([
  'https://example.com',
  'http://localhost:3000',
  'http://[::1]:8080',
  'https://xn--bcher-kva.example',
  'https://my_host.example',
  'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
  'capacitor://localhost',
])('%s is an origin', (text) => {
  expect(isOrigin(text)).toBe(true);
  expect(problemOfOrigin(text)).toBeUndefined();
});

test.each([
  '',
  'null',
  'example.com',
  'https://',
  'https://example.com/',
  'https://example.com/path',
  'https://example.com, https://attacker.example',
  'https://user@example.com',
  'https://example.com:port',
  'https://example.com:123456',
  'https://example.com\\.attacker.example',
  'https://example.com\n',
  'https://exämple.com',
  'javascript:alert(1)',
])('%j is none', (text) => {
  expect(isOrigin(text)).toBe(false);
  expect(problemOfOrigin(text)).toEqual(expect.any(String));
});

test('a host of 600 characters is none', () => {
  const text = `https://${'a'.repeat(600)}.example`;
  expect(isOrigin(text)).toBe(false);
  expect(problemOfOrigin(text)).toBe('Write scheme, host and port only.');
});

test.each([
  ['https://example.com/', 'Browsers send `https://example.com`.'],
  ['https://example.com:443', 'Browsers send `https://example.com`.'],
  ['http://Example.com:80/app', 'Browsers send `http://example.com`.'],
  ['https://bücher.example', 'Browsers send `https://xn--bcher-kva.example`.'],
  ['example.com', 'Browsers send `https://example.com`.'],
  ['https://*.example.com', String.raw`Write a pattern: /https:\/\/[\w-]+\.example\.com/`],
  ['chrome-extension://abc/page.html', 'Write scheme, host and port only.'],
])('%s in an option: %s', (text, suggestion) => {
  expect(problemOfOrigin(text)).toBe(suggestion);
});

test.each([
  ['https://example.com', 'https://example.com/a', true],
  ['https://example.com', 'https://EXAMPLE.com:443/', true],
  ['http://example.com:8080', 'http://example.com:8080/', true],
  // A proxy that is not trusted may have undone TLS.
  ['https://example.com', 'http://example.com/', true],
  ['http://example.com', 'https://example.com/', false],
  ['https://example.com', 'https://example.com:8443/', false],
  ['https://www.example.com', 'https://example.com/', false],
  ['https://example.com.attacker.example', 'https://example.com/', false],
  ['null', 'https://example.com/', false],
  ['https://[', 'http://example.com/', false],
])('%s is the origin of %s: %s', (origin, url, same) => {
  expect(isSameOrigin(origin, new URL(url))).toBe(same);
});
