import { expect, test } from 'vitest';

import { fitGrowth, problemsOfGrowth } from './growth.mjs';

/**
 * Samples of ten parts with the same number of requests, every other one with reloads.
 *
 * @param {{ requests: number, reloads: number, perRequest: number, perReload: number }} run
 */
function samplesOf({ requests, reloads, perRequest, perReload }) {
  return Array.from({ length: 10 }, (_, index) => {
    const sample = { requests: (index + 1) * requests, reloads: Math.ceil((index + 1) / 2) * reloads };
    const noise = (index % 3) * 20_000;
    return {
      ...sample,
      memory: 25e6 + sample.requests * perRequest + sample.reloads * perReload + noise,
    };
  });
}

test('growth by requests is distinguished from growth by reloads', () => {
  const growth = fitGrowth(samplesOf({ requests: 10_000, reloads: 20, perRequest: 50, perReload: 22_000 }));
  expect(growth.perRequest).toBeCloseTo(50, -1);
  expect(growth.perReload).toBeCloseTo(22_000, -3);
});

test('a heap that grows only by the modules that Node keeps is not a problem', () => {
  const samples = samplesOf({ requests: 10_000, reloads: 20, perRequest: 0, perReload: 44_000 });
  expect(problemsOfGrowth(samples)).toEqual([]);
});

test('a leak of a kilobyte per request is found in a short run', () => {
  const samples = samplesOf({ requests: 500, reloads: 4, perRequest: 1024, perReload: 22_000 });
  expect(problemsOfGrowth(samples)).toEqual([
    expect.stringMatching(/^Memory grew by 10\d\d bytes a request/),
  ]);
});

test('a leak of a hundred bytes per request is found in a long run', () => {
  const samples = samplesOf({ requests: 20_000, reloads: 30, perRequest: 100, perReload: 22_000 });
  expect(problemsOfGrowth(samples)).toEqual([expect.stringMatching(/bytes a request/)]);
});

test('a leak of a route table per reload is found', () => {
  const samples = samplesOf({ requests: 10_000, reloads: 20, perRequest: 0, perReload: 150_000 });
  expect(problemsOfGrowth(samples)).toEqual([expect.stringMatching(/bytes a reload/)]);
});

test('random ups and downs of memory are not mistaken for large growth of one and a decrease of the other', () => {
  const memory = [30.0, 30.2, 29.9, 30.3, 30.2, 30.1, 30.0, 30.3, 30.1, 30.2];
  const samples = memory.map((mebibytes, index) => ({
    memory: mebibytes * 1_048_576,
    requests: 4779 + 250 * index,
    reloads: 19 + 3 * Math.ceil(index / 2),
  }));
  expect(fitGrowth(samples).perReload).toBeGreaterThanOrEqual(0);
  expect(problemsOfGrowth(samples)).toEqual([]);
});

test('memory that is freed later is not growth', () => {
  const samples = samplesOf({ requests: 500, reloads: 4, perRequest: 0, perReload: 22_000 });
  for (const index of [5, 7, 8]) if (samples[index]) samples[index].memory += 3 * 1_048_576;
  expect(problemsOfGrowth(samples)).toEqual([]);
});

test('samples in which both grew proportionally are refused', () => {
  const samples = [1, 2, 3].map((part) => ({ memory: part, requests: part * 100, reloads: part * 5 }));
  expect(() => fitGrowth(samples)).toThrow(RangeError);
});
