import { expect, test } from 'vitest';

import { cors } from '../cors.ts';

const failure = (options: unknown): unknown => {
  try {
    cors(options as Parameters<typeof cors>[0]);
  } catch (error) {
    return error;
  }
  return undefined;
};
const problemsOf = (options: unknown): string[] =>
  (failure(options) as Error | undefined)?.message.split('\n  - ').slice(1) ?? [];

test('the origins have to be named', () => {
  expect(failure({})).toMatchObject({ code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS' });
  expect(problemsOf(undefined)).toEqual([
    'options: expected an object of options, such as { origin: ["https://example.com"] }, received nothing',
  ]);
  expect(problemsOf({})).toEqual([
    'origin: expected "*", an origin such as "https://example.com", a pattern, a list of these, or a function, received nothing',
  ]);
});

test.each([
  '*',
  'null',
  'https://example.com',
  /https:\/\/[\w-]+\.example\.com/,
  ['https://example.com', 'null', /x/g],
  () => true,
  () => Promise.resolve(false),
])('the origin %s is fine', (origin) => {
  expect(problemsOf({ origin })).toEqual([]);
});

test.each([
  ['https://example.com/', 'Browsers send `https://example.com`.'],
  ['https://*.example.com', String.raw`Write a pattern: /https:\/\/[\w-]+\.example\.com/`],
])('the origin %s is not: no browser sends it', (origin, suggestion) => {
  expect(problemsOf({ origin })[0]).toContain(suggestion);
  expect(problemsOf({ origin: ['https://a.example', origin] })[0]).toMatch(/^origin\[1\]: /);
});

test.each([[[]], [['*']], [[7]], [true], [null]])('the origin %j is not', (origin) => {
  expect(problemsOf({ origin })).toHaveLength(1);
});

test('"*" with credentials is refused', () => {
  expect(problemsOf({ origin: '*', credentials: true })).toEqual([
    'origin: expected origins that may use credentials, received "*". List them, or leave out `credentials`.',
  ]);
  const lists = { allowedHeaders: ['*'], exposedHeaders: ['*'], methods: ['*'] };
  expect(problemsOf({ origin: 'https://a.example', ...lists })).toEqual([]);
  expect(problemsOf({ origin: 'https://a.example', credentials: true, ...lists })).toHaveLength(3);
});

test('all problems are listed, and unknown options get a suggestion', () => {
  expect(
    problemsOf({
      origin: 'https://a.example',
      methods: ['patch', 'A B'],
      allowedHeaders: ['x-a', 'x:b'],
      exposedHeaders: 'etag',
      maxAge: 1.5,
      privateNetwork: 'yes',
      credential: true,
    }),
  ).toEqual([
    'methods[0]: expected a method such as "PUT", received "patch". Methods are case-sensitive: `PATCH`.',
    'methods[1]: expected a method such as "PUT", received "A B"',
    'allowedHeaders[1]: expected the name of a header, received "x:b"',
    'exposedHeaders: expected a list of names of headers, received "etag"',
    'maxAge: expected a whole number of seconds, received 1.5',
    'privateNetwork: expected true or false, received "yes"',
    'credential: expected one of the options origin, credentials, methods, allowedHeaders, exposedHeaders, maxAge, privateNetwork, received true. Did you mean `credentials`?',
  ]);
});
