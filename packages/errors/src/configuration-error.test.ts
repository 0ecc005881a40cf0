import { expect, test } from 'vitest';

import { BlaizeError } from './blaize-error.ts';
import { ConfigurationError } from './configuration-error.ts';

test('has a stable code', () => {
  const error = new ConfigurationError([]);
  expect(error).toBeInstanceOf(BlaizeError);
  expect(error).toMatchObject({ name: 'ConfigurationError', code: 'ERR_BLAIZE_CONFIGURATION' });
});

test('lists every problem, with what to do where that is known', () => {
  const problems = [
    { path: 'port', received: 70_000, expected: 'a whole number from 0 to 65535' },
    {
      path: 'routesDri',
      received: './routes',
      expected: 'an option',
      suggestion: 'Did you mean `routesDir`?',
    },
    { path: 'a', received: undefined, expected: 'a name' },
    { path: 'b', received: () => 1, expected: 'a list' },
    { path: 'c', received: [], expected: 'an object' },
    { path: 'd', received: {}, expected: 'text' },
    { path: 'e', received: 'x'.repeat(100), expected: 'a number' },
    { path: 'f', received: null, expected: 'a number' },
  ];
  const error = new ConfigurationError(problems);
  expect(error.problems).toEqual(problems);
  expect(error.message).toBe(
    'The options have 8 problems:\n' +
      '  - port: expected a whole number from 0 to 65535, received 70000\n' +
      '  - routesDri: expected an option, received "./routes". Did you mean `routesDir`?\n' +
      '  - a: expected a name, received nothing\n' +
      '  - b: expected a list, received a function\n' +
      '  - c: expected an object, received a list\n' +
      '  - d: expected text, received an object\n' +
      `  - e: expected a number, received "${'x'.repeat(60)}…"\n` +
      '  - f: expected a number, received null',
  );
});

test('counts one as one', () => {
  const { message } = new ConfigurationError([{ path: 'port', received: '', expected: 'a number' }]);
  expect(message).toContain('have 1 problem:\n');
});

test('says whose options they are', () => {
  const { message } = new ConfigurationError(
    [{ path: 'ttl', received: -1, expected: 'a time' }],
    'createCache()',
  );
  expect(message).toBe('The options of createCache() have 1 problem:\n  - ttl: expected a time, received -1');
});
