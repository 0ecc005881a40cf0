import { describe, expect, it } from 'vitest';

import { count } from './count.mjs';

const test = (/** @type {string} */ status, fullName = status) => ({ status, fullName });

describe('count', () => {
  it('adds up the tests of all files', () => {
    const report = {
      testResults: [
        { name: 'a', status: 'passed', assertionResults: [test('passed'), test('passed')] },
        { name: 'b', status: 'failed', assertionResults: [test('failed'), test('passed')] },
      ],
    };
    expect(count(report)).toEqual({ passed: 3, failed: ['failed'], skipped: [] });
  });

  it('counts a file that could not be loaded', () => {
    const report = { testResults: [{ name: 'a', status: 'failed', assertionResults: [] }] };
    expect(count(report)).toEqual({ passed: 0, failed: ['a'], skipped: [] });
  });

  it('counts a file whose afterAll failed though its tests passed', () => {
    const report = { testResults: [{ name: 'a', status: 'failed', assertionResults: [test('passed')] }] };
    expect(count(report)).toEqual({ passed: 1, failed: ['a'], skipped: [] });
  });

  it('lists the tests that did not run', () => {
    const assertionResults = [test('pending', 'needs redis'), test('todo', 'later'), test('passed')];
    const report = { testResults: [{ name: 'a', status: 'passed', assertionResults }] };
    expect(count(report)).toEqual({ passed: 1, failed: [], skipped: ['needs redis', 'later'] });
  });
});
