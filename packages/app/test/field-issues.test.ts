import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import type { FieldIssue } from '@blaizejs/errors';
import type { Schema } from '@blaizejs/types';

import { FieldIssues, type Part } from '../src/field-issues.ts';
import { validate } from '../src/validate.ts';
import { inWords } from '../src/validate-response.ts';

function errorOf(schema: Schema, given: unknown, part: Part = 'body') {
  const issues = new FieldIssues();
  const result = validate(schema, given);
  if (!('issues' in result) || !result.issues) throw new Error('The schema accepts it.');
  issues.add(part, result.issues, given);
  return issues.toError();
}

const detailsOf = (schema: Schema, given: unknown, part?: Part): readonly FieldIssue[] =>
  errorOf(schema, given, part).details;

describe('code and expected are what the library calls them', () => {
  test('zod', () => {
    const schema = z.object({
      age: z.number(),
      name: z.string().min(8),
      few: z.array(z.string()).max(1),
      role: z.enum(['user', 'admin']),
      mail: z.email(),
    });
    const given = { age: 'x', name: 'a', few: ['a', 'b'], role: 'root', mail: 'no' };
    expect(detailsOf(schema, given)).toMatchObject([
      { pointer: '/age', code: 'invalid_type', expected: 'number' },
      { pointer: '/name', code: 'too_small', expected: '>=8' },
      { pointer: '/few', code: 'too_big', expected: '<=1' },
      { pointer: '/role', code: 'invalid_value', expected: '"user" | "admin"' },
      { pointer: '/mail', code: 'invalid_format', expected: 'email' },
    ]);
  });

  test('Valibot', () => {
    const schema = v.object({ age: v.number(), mail: v.pipe(v.string(), v.email()) });
    expect(detailsOf(schema, { age: 'x', mail: 'no' })).toEqual([
      {
        in: 'body',
        pointer: '/age',
        code: 'number',
        expected: 'number',
        message: 'Invalid type: Expected number but received "x"',
      },
      { in: 'body', pointer: '/mail', code: 'email', message: 'Invalid email: Received "no"' },
    ]);
  });

  test('ArkType', () => {
    expect(detailsOf(type({ age: 'number' }), { age: 'x' })).toEqual([
      {
        in: 'body',
        pointer: '/age',
        code: 'domain',
        expected: 'a number',
        message: 'age must be a number (was a string)',
      },
    ]);
    expect(detailsOf(type('number'), 'x')).toMatchObject([{ pointer: '' }]);
  });

  test('any other', () => {
    const schema: Schema = {
      '~standard': { version: 1, vendor: 'x', validate: () => ({ issues: [{ message: '' }] }) },
    };
    expect(detailsOf(schema, 1)).toEqual([
      { in: 'body', pointer: '', code: 'invalid', message: 'Invalid value' },
    ]);
  });
});

describe('unions', () => {
  const byTag = z.object({
    pet: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('cat'), lives: z.number() }),
      z.object({ kind: z.literal('dog'), owner: z.object({ name: z.string() }) }),
    ]),
  });

  test('zod, by tag: the problems are those of the variant that the tag names', () => {
    expect(detailsOf(byTag, { pet: { kind: 'dog', owner: { name: 7 } } })).toMatchObject([
      { pointer: '/pet/owner/name', code: 'invalid_type' },
    ]);
  });

  test('zod, by tag: a wrong tag lists those that there are', () => {
    expect(detailsOf(byTag, { pet: { kind: 'cow' } })).toMatchObject([
      { pointer: '/pet/kind', code: 'invalid_union', expected: '"cat" | "dog"' },
    ]);
  });

  const plain = z.object({
    items: z.array(
      z.union([
        z.string(),
        z.object({ type: z.literal('a'), count: z.number(), size: z.number() }),
        z.object({ type: z.literal('b'), of: z.union([z.number(), z.object({ name: z.string() })]) }),
      ]),
    ),
  });

  test('zod, plain: the problems are those of the variant that fits best, at their full pointers', () => {
    expect(detailsOf(plain, { items: ['x', { type: 'a', count: '1', size: '2' }] })).toMatchObject([
      { pointer: '/items/1/count', expected: 'number' },
      { pointer: '/items/1/size', expected: 'number' },
    ]);
    expect(detailsOf(plain, { items: [{ type: 'b', of: { name: 1 } }] })).toMatchObject([
      { pointer: '/items/0/of/name', expected: 'string' },
    ]);
  });

  test('zod, plain: a value of no variant is told all of their types', () => {
    expect(detailsOf(plain, { items: [7] })).toEqual([
      {
        in: 'body',
        pointer: '/items/0',
        code: 'invalid_union',
        expected: 'string | object',
        message: 'Invalid input: expected string | object',
      },
    ]);
  });

  test('Valibot and ArkType', () => {
    const variant = v.variant('k', [
      v.object({ k: v.literal('a') }),
      v.object({ k: v.literal('b'), n: v.number() }),
    ]);
    expect(detailsOf(variant, { k: 'c' })).toMatchObject([{ pointer: '/k', expected: '("a" | "b")' }]);
    expect(detailsOf(variant, { k: 'b' })).toMatchObject([{ pointer: '/n' }]);
    const union = v.union([v.object({ a: v.string() }), v.object({ b: v.number() })]);
    expect(detailsOf(union, { b: 'q' })).toMatchObject([
      { message: expect.stringMatching(/^a: Invalid key: .*; or b: Invalid type: /) as string },
    ]);
    const byTag = type({ k: "'a'", n: 'number' }).or({ k: "'b'", s: 'string' });
    expect(detailsOf(byTag, { k: 'b' })).toMatchObject([{ pointer: '/s', code: 'required' }]);
    expect(detailsOf(byTag, { k: 'c' })).toMatchObject([{ pointer: '/k', expected: '"a" or "b"' }]);
  });
});

describe('secrets are not repeated', () => {
  const secret = 'correct-horse-battery';
  const own = (say: (value: unknown) => string) =>
    z.string().refine(() => false, { error: (issue) => say(issue.input) });

  test.each<[string, Schema, unknown, Part]>([
    ['ArkType, by name', type({ password: 'string.email' }), { password: secret }, 'body'],
    ['ArkType, in a union', type({ token: 'string.email | number.integer' }), { token: secret }, 'body'],
    ['Valibot, by name', v.object({ apiKey: v.pipe(v.string(), v.email()) }), { apiKey: secret }, 'body'],
    ['Valibot, a number', v.object({ pin: v.string() }), { pin: 1234 }, 'body'],
    [
      'a message of its own',
      z.object({ password: own((value) => `${String(value)} is bad`) }),
      { password: secret },
      'body',
    ],
    [
      'a part of it',
      z.object({ secret: own((value) => `${String(value).slice(3, 14)} is bad`) }),
      { secret },
      'body',
    ],
    ['in upper case', z.object({ secret: own((value) => String(value).toUpperCase()) }), { secret }, 'query'],
    [
      'below such a name',
      z.object({ credentials: z.object({ x: own(String) }) }),
      { credentials: { x: secret } },
      'body',
    ],
    ['in a list', z.object({ tokens: z.array(own(String)) }), { tokens: [secret] }, 'body'],
    [
      'in an object',
      z.any().refine(() => false, { error: ({ input }) => JSON.stringify(input) }),
      { password: secret },
      'body',
    ],
    ['a cookie, whatever its name', v.object({ x: v.pipe(v.string(), v.email()) }), { x: secret }, 'cookies'],
    [
      'a header',
      v.object({ authorization: v.pipe(v.string(), v.email()) }),
      { authorization: secret },
      'headers',
    ],
    [
      'a bearer, whatever its name',
      v.object({ x: v.pipe(v.string(), v.email()) }),
      { x: `Bearer ${secret}` },
      'query',
    ],
    ['a long text', v.object({ x: v.pipe(v.string(), v.email()) }), { x: secret.repeat(20) }, 'body'],
    [
      'a huge text',
      z.object({ x: own((value) => String(value).slice(-60)) }),
      { x: `${'x'.repeat(1e6)}${secret.repeat(3)}` },
      'body',
    ],
  ])('%s', (_name, schema, given, part) => {
    const error = errorOf(schema, given, part);
    const told = `${error.message}${JSON.stringify(error.details)}`.toLowerCase();
    expect(told).toContain('invalid value');
    for (const piece of [secret, secret.slice(3, 14), secret.slice(-8), '1234'])
      expect(told).not.toContain(piece);
  });

  test('and what does not repeat them is told as it is', () => {
    const schema = z.object({ password: z.string().min(30, 'Use 30 characters or more.') });
    expect(detailsOf(schema, { password: secret })).toMatchObject([
      { pointer: '/password', message: 'Use 30 characters or more.' },
    ]);
    expect(detailsOf(v.object({ x: v.number() }), { x: 'abc' })).toMatchObject([
      { message: 'Invalid type: Expected number but received "abc"' },
    ]);
  });
});

test('comparing messages with values is bounded: what is left over is replaced', () => {
  const text = 'ab'.repeat(2000);
  const schema = z.array(z.any().refine(() => false, { error: () => 'xy'.repeat(400) }));
  const given = Array.from({ length: 50 }, () => Array.from({ length: 190 }, () => text));
  const { details } = errorOf(schema, given);
  expect(details[0]?.message).toMatch(/^Invalid value$/);
  expect(details).toHaveLength(50);
  const few = errorOf(schema, [[text]]).details;
  expect(few[0]?.message).toMatch(/^xyxy/);
});

describe('20,000 problems', () => {
  const schema = z.object({ items: z.array(z.number()) });

  test('are counted, and the first 50 are told', () => {
    const error = errorOf(schema, { items: Array.from({ length: 20_000 }, () => 'x') });
    expect(error.details).toHaveLength(50);
    expect(error.message).toMatch(/^Request validation failed: body\/items\/0: .* \(and 19,999 more\)$/);
    expect(JSON.stringify(error.details).length).toBeLessThan(16_384);
  });

  test('of one variant of a union are counted as well, and only those that are told are looked at', () => {
    const schema = z.union([z.object({ items: z.array(z.number()) }), z.string()]);
    const result = validate(schema, { items: Array<string>(20_000).fill('x') });
    if (!('issues' in result) || !result.issues) throw new Error('The schema accepts it.');
    const [{ errors }] = result.issues as unknown as [{ errors: { message: string }[][] }];
    let looks = 0;
    errors[0] = (errors[0] ?? []).map(({ message, ...issue }) => ({
      ...issue,
      get message() {
        looks += 1;
        return message;
      },
    }));
    const issues = new FieldIssues();
    issues.add('body', result.issues, {});
    const { details, message } = issues.toError();
    expect([details.length, message]).toEqual([50, expect.stringContaining('(and 19,999 more)')]);
    expect(looks).toBeLessThan(500);
    expect(inWords(result.issues, {})).toMatch(/^(?:\/items\/\d+: .*?; ){20}and more$/);
  });

  test('in all parts together', () => {
    const issues = new FieldIssues();
    for (const part of ['params', 'query', 'body'] as const) {
      const result = validate(
        z.array(z.number()),
        Array.from({ length: 30 }, () => 'x'),
      );
      if ('issues' in result && result.issues) issues.add(part, result.issues, []);
    }
    expect(issues.toError().details).toHaveLength(50);
    expect(issues.toError().message).toMatch(/\(and 89 more\)$/);
  });

  test('with long keys and messages stay small', () => {
    const long = z.record(
      z.string(),
      z.number().refine(() => false, 'y'.repeat(10_000)),
    );
    const given = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${i}${'k'.repeat(1000)}`, 1]));
    const text = JSON.stringify(errorOf(long, given).details);
    expect(text.length).toBeLessThan(32_768);
  });
});
