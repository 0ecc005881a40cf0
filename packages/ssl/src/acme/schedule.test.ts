import fc from 'fast-check';
import { expect, test } from 'vitest';

import { backOff, nextLook, readWindow, remaining, renewalTime } from './schedule.ts';

const MINUTE = 60_000;
const certificate = { notBefore: new Date(0), notAfter: new Date(90 * 86_400_000) };

test('without a window, a certificate is renewed at two thirds of its lifetime', () => {
  expect(renewalTime(certificate, undefined, 0.5)).toBe(60 * 86_400_000);
});

test('servers spread over the window, and none waits until the certificate has expired', () => {
  expect(renewalTime(certificate, { start: 1000, end: 2000 }, 0.25)).toBe(1250);
  expect(renewalTime(certificate, { start: 1e15, end: 2e15 }, 0)).toBe(60 * 86_400_000);
});

test('a window that has passed counts at once, but not again and again', () => {
  const window = { start: 1000, end: 2000 };
  const [hour, day] = [60 * MINUTE, 1440 * MINUTE];
  expect(renewalTime(certificate, window, 0)).toBe(1000);
  expect(renewalTime(certificate, window, 0, day)).toBe(day + 6 * hour);
  expect(renewalTime(certificate, { start: 2 * day, end: 3 * day }, 0, day)).toBe(2 * day);
  const short = { notBefore: new Date(0), notAfter: new Date(3 * hour) };
  expect(renewalTime(short, window, 0, 1)).toBe(2 * hour);
});

test('a window needs a start before its end', () => {
  const window = { start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' };
  expect(readWindow({ suggestedWindow: window })).toEqual({ start: 1767225600000, end: 1767312000000 });
  expect(readWindow({ suggestedWindow: { start: window.end, end: window.start } })).toBeUndefined();
  expect(readWindow({ suggestedWindow: { start: 'soon' } })).toBeUndefined();
  expect(readWindow({})).toBeUndefined();
});

test('an hour has at most five attempts, and the wait grows to six hours', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7].map((failures) => backOff(failures, 0) / MINUTE);
  expect(waits).toEqual([1, 3, 9, 27, 81, 243, 360]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, random) => {
        const wait = backOff(failures, random);
        expect(wait).toBeGreaterThanOrEqual(MINUTE);
        expect(wait).toBeLessThanOrEqual(450 * MINUTE);
      },
    ),
  );
});

test('the window is asked for again after what the authority says, within reason', () => {
  expect(nextLook(undefined, 0)).toBe(360 * MINUTE);
  expect(nextLook(0, 0)).toBe(MINUTE);
  expect(nextLook(30 * MINUTE, 0)).toBe(30 * MINUTE);
  expect(nextLook(1e15, 0)).toBe(24 * 60 * MINUTE);
});

test('remaining time is in words', () => {
  expect([-1, MINUTE, 5 * 60 * MINUTE, 72 * 60 * MINUTE].map(remaining)).toEqual([
    'no time',
    '1 minutes',
    '5 hours',
    '3 days',
  ]);
});
