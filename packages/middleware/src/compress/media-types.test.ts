import { expect, test } from 'vitest';

import { factsOf, isCompressible } from './media-types.ts';

test.each([
  'text/html',
  'text/event-stream',
  'application/json',
  'application/problem+json',
  'application/manifest+json',
  'application/javascript',
  'application/x-ndjson',
  'application/xhtml+xml',
  'application/wasm',
  'image/svg+xml',
  'image/bmp',
  'font/ttf',
])('%s gets smaller', (type) => {
  expect(isCompressible(type)).toBe(true);
});

test.each([
  'image/png',
  'image/webp',
  'video/mp4',
  'audio/mpeg',
  'application/zip',
  'application/gzip',
  'application/pdf',
  'application/octet-stream',
  'font/woff2',
  'multipart/form-data',
  'multipart/x-mixed-replace',
  'application/json-patch',
  '',
])('%j does not', (type) => {
  expect(isCompressible(type)).toBe(false);
});

test('parameters and case do not matter', () => {
  expect(factsOf('Text/Event-Stream; charset=utf-8', isCompressible)).toEqual({
    isCompressible: true,
    isLive: true,
  });
  expect(factsOf('TEXT/HTML;q', isCompressible)).toEqual({ isCompressible: true, isLive: false });
});

test.each(['', 'json', 'text/html, text/plain', 'a/b/c', ' '])('%j is no type', (type) => {
  expect(factsOf(type, () => true)).toEqual({ isCompressible: false, isLive: false });
});
