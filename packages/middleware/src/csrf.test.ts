import { expect, test } from 'vitest';

import { csrf, type CsrfOptions } from './csrf.ts';

const problemsOf = (options: unknown): string[] => {
  try {
    csrf(options as CsrfOptions);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS' });
    return (error as Error).message.split('\n  - ').slice(1);
  }
};

test('origins and patterns are accepted, and so is nothing', () => {
  expect(problemsOf({})).toEqual([]);
  expect(problemsOf({ trustedOrigins: ['https://a.example', /https:\/\/\w+\.example/g] })).toEqual([]);
});

test('all problems are listed', () => {
  expect(problemsOf({ trustedOrigins: ['null', '*', 'a.example', 7] })).toEqual([
    'trustedOrigins[0]: expected an origin such as "https://app.example.com", or a pattern, received "null". Pages of any site can be `null`.',
    expect.stringMatching(/^trustedOrigins\[1\]: .*Write a pattern/),
    expect.stringMatching(/^trustedOrigins\[2\]: .*Browsers send `https:\/\/a\.example`/),
    expect.stringMatching(/^trustedOrigins\[3\]: expected an origin .* received 7$/),
  ]);
  expect(problemsOf({ trustedOrigins: 'https://a.example' })).toEqual([
    'trustedOrigins: expected a list of origins and patterns, received "https://a.example". Write a list.',
  ]);
  expect(problemsOf({ origins: [] })).toEqual([
    'origins: expected one of the options trustedOrigins, received a list',
  ]);
});
