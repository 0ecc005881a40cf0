import { describe, expect, test } from 'vitest';

import {
  type Check,
  checkOptions,
  flag,
  hasMethod,
  is,
  list,
  oneOf,
  optional,
  options,
  orElse,
  positive,
  record,
  text,
} from './check.ts';
import { ConfigurationError } from './configuration-error.ts';

/** What is wrong, as `path: expected`, with what was meant. */
function problemsOf(check: Check<unknown>, value: unknown): string[] {
  try {
    checkOptions(check, value);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ path, expected, suggestion }) =>
      [`${path}: ${expected}`, suggestion].filter(Boolean).join(' '),
    );
  }
  return [];
}

const shape = options(
  {
    name: text('a name'),
    size: orElse(positive, 7),
    on: optional(flag),
    level: optional(oneOf('low', 'high')),
    tags: orElse(list(text('a tag'), 'a list of tags'), []),
    files: optional(record(options({ path: text('a path') }, 'a file'), 'files by name')),
    deep: optional(options({ er: optional(options({ est: flag }, 'the deepest')) }, 'the deeper')),
  },
  'an object',
);

test('a value that fits is completed, and what is left out stays out', () => {
  expect(checkOptions(shape, { name: 'a' })).toEqual({ name: 'a', size: 7, tags: [] });
  const whole = {
    name: 'a',
    size: 1,
    on: false,
    level: 'low',
    tags: ['x'],
    files: { a: { path: 'p' }, __proto__x: { path: 'q' } },
    deep: { er: { est: true } },
  };
  expect(checkOptions(shape, whole)).toEqual(whole);
  expect(checkOptions(shape, { name: 'a', size: undefined, on: undefined, tags: undefined })).toEqual({
    name: 'a',
    size: 7,
    tags: [],
  });
});

test('all problems are told at once, with their paths', () => {
  expect(
    problemsOf(shape, {
      size: 0,
      on: 'yes',
      level: 'mid',
      tags: ['x', '', 7],
      files: { a: {}, b: 'p' },
      deep: { er: { est: 1 } },
    }),
  ).toEqual([
    'name: a name',
    'size: a whole number above 0',
    'on: true or false',
    'level: "low" or "high"',
    'tags[1]: a tag',
    'tags[2]: a tag',
    'files.a.path: a path',
    'files.b: a file',
    'deep.er.est: true or false',
  ]);
});

describe('a name that nobody knows', () => {
  test('is refused with what was meant, wherever it is', () => {
    expect(problemsOf(shape, { name: 'a', szie: 1, deep: { Er: {} }, unheardOf: 1 })).toEqual([
      'deep.Er: one of the options er Did you mean `er`?',
      'szie: one of the options name, size, on, level, tags, files, deep Did you mean `size`?',
      'unheardOf: one of the options name, size, on, level, tags, files, deep',
    ]);
  });

  test.each(['constructor', 'toString', 'hasOwnProperty'])('is %s, too', (name) => {
    expect(problemsOf(shape, { name: 'a', [name]: 1 })).toEqual([expect.stringContaining(`${name}: one of`)]);
  });
});

test.each([null, 'text', 7, [], [{}], undefined])('%j is no object of options', (value) => {
  expect(problemsOf(shape, value)).toEqual(['options: an object']);
  expect(problemsOf(record(flag, 'a record'), value)).toEqual(['options: a record']);
});

test('a schema is no object of options', () => {
  const schema = { '~standard': { version: 1, vendor: 'x', validate: () => ({}) }, type: 'object' };
  expect(problemsOf(shape, schema)).toEqual(['options: an object']);
});

test('what is no list is refused as a whole', () => {
  for (const value of ['x', { 0: 'x', length: 1 }, 7, null]) {
    expect(problemsOf(list(flag, 'a list'), value)).toEqual(['options: a list']);
  }
});

test('what goes together is looked at once each part was', () => {
  const pair = options({ a: optional(flag), b: optional(flag) }, 'a pair', ({ a, b }, path, report) => {
    if (a !== b) report(`${path}.b`, b, 'the same as a');
  });
  expect(problemsOf(options({ pair }, 'one'), { pair: { a: true } })).toEqual(['pair.b: the same as a']);
  expect(problemsOf(options({ pair }, 'one'), { pair: { a: true, b: true } })).toEqual([]);
});

test('a value may be named by its test alone', () => {
  const even = is<number>('an even number', (value) => Number(value) % 2 === 0);
  expect(problemsOf(even, 3)).toEqual(['options: an even number']);
  expect(checkOptions(even, 4)).toBe(4);
});

test.each([[undefined], [null], [7], ['x'], [{ run: 1 }], [{}]])('%j has no method', (value) => {
  expect(hasMethod(value, 'run')).toBe(false);
  expect(hasMethod({ run: () => 1 }, 'run')).toBe(true);
});
