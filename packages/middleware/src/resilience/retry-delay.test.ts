import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { retryDelay } from './retry-delay.ts';

const NOW = Date.UTC(2026, 10, 6, 8, 49, 27);
const zone = process.env['TZ'];

beforeEach(() => {
  // A date without a zone is GMT, wherever the server is.
  process.env['TZ'] = 'America/New_York';
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

test.each([
  ['2', 2000],
  ['0', 0],
  ['Fri, 06 Nov 2026 08:49:37 GMT', 10_000],
  ['Friday, 06-Nov-26 08:49:37 GMT', 10_000],
  ['Fri Nov  6 08:49:37 2026', 10_000],
  ['Fri, 06 Nov 2026 08:49:17 GMT', 0],
])('Retry-After: %s', (text, delay) => {
  expect(retryDelay(1, 30_000, text)).toBe(delay);
});

test.each(['-1', '1.5', '2026-11-06', 'soon', 'Nov 6', '', null, undefined])(
  '%j asks for nothing, so the delay is random',
  (text) => {
    expect(retryDelay(1, 30_000, text)).toBe(50);
    expect(retryDelay(3, 30_000, text)).toBe(200);
    expect(retryDelay(30, 30_000, text)).toBe(15_000);
  },
);

test('there is no retry if the server asks for more than the limit', () => {
  expect(retryDelay(1, 30_000, '31')).toBeUndefined();
  expect(retryDelay(1, 30_000, 'Fri, 06 Nov 2026 08:50:37 GMT')).toBeUndefined();
});
