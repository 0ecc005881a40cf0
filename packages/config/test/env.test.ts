import { type } from 'arktype';
import * as v from 'valibot';
import { inspect } from 'node:util';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { env, secret } from '../src/index.ts';
import { thrownBy } from './failures.ts';

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  DATABASE_URL: z.url(),
  DEBUG: z.stringbool().default(false),
});

test('files are read in their order, and the environment wins', async () => {
  await using folder = await makeFolder({
    '.env': 'A=1\nB=1\nC=1\nD=1\nE=1',
    '.env.production': 'B=2\nC=2\nD=2\nE=2',
    '.env.local': 'C=3\nD=3\nE=3',
    '.env.production.local': 'D=4\nE=4',
    '.env.development': 'A=no',
  });
  const names = z.object({ A: z.string(), B: z.string(), C: z.string(), D: z.string(), E: z.string() });
  const read = env(names, { dir: folder.path, variables: { NODE_ENV: 'production', E: '5' } });
  expect(read).toStrictEqual({ A: '1', B: '2', C: '3', D: '4', E: '5' });
});

test('the result is typed, coerced and frozen, and has nothing else', () => {
  const read = env(schema, {
    files: false,
    variables: { DATABASE_URL: 'pg://db', DEBUG: 'yes', PATH: '/bin' },
  });
  expect(read).toStrictEqual({ PORT: 3000, DATABASE_URL: 'pg://db', DEBUG: true });
  expect(Object.isFrozen(read)).toBe(true);
});

test('every problem is in one error, with where the value came from', async () => {
  await using folder = await makeFolder({
    '.env': '# Settings\nPORT=http\n',
    '.env.local': '\n\nDATABSE_URL=pg://db',
  });
  const error = thrownBy(() => env(schema, { dir: folder.path, variables: { DEBUG: 'perhaps' } }));
  expect(error).toMatchObject({ code: 'ERR_BLAIZE_ENV', name: 'ConfigError' });
  expect(error.message).toMatchInlineSnapshot(`
    "The environment has 3 problems:
      - PORT (.env:2): Invalid input: expected number, received NaN
      - DATABASE_URL: it is not set. Invalid input: expected string, received undefined. .env.local:3 sets \`DATABSE_URL\`: is that a slip?
      - DEBUG (the environment): Invalid option: expected one of "true"|"1"|"yes"|"on"|"y"|"enabled"|"false"|"0"|"no"|"off"|"n"|"disabled""
  `);
});

test('an empty variable counts as not set, wherever it is', async () => {
  await using folder = await makeFolder({ '.env': 'PORT=1\nDATABASE_URL=' });
  const error = thrownBy(() => env(schema, { dir: folder.path, variables: { PORT: '' } }));
  expect(error.message).toContain('DATABASE_URL: it is not set.');
  expect(env(schema.partial(), { dir: folder.path, variables: { PORT: '' } }).PORT).toBe(3000);
});

test('a rule about several variables keeps its words', () => {
  const rule = z
    .object({ NODE_ENV: z.string(), KEY: z.string().optional() })
    .refine((value) => value.KEY, { error: 'A production server needs KEY.' });
  const error = thrownBy(() => env(rule, { files: false, variables: { NODE_ENV: 'production' } }));
  expect(error.message).toBe('The environment has 1 problem:\n  - A production server needs KEY.');
});

test.each(['a-b', '/tmp/x-1', '$&', '[\\]{}()*+?.^|', 'ü-ß/\u{1F600}', '\\-'])(
  'a value may have any characters: %j',
  (value) => {
    const schema = z.object({ NAME: z.string().refine(() => false, { error: `Not ${value}.` }) });
    const error = thrownBy(() => env(schema, { files: false, variables: { NAME: value } }));
    expect(String(error)).toContain('Not ');
    expect(String(error)).not.toContain(value);
  },
);

test('strict schemas, Valibot and ArkType work', () => {
  const variables = { PORT: '1', HOST: 'a', PATH: '/bin' };
  const options = { files: false, variables };
  expect(env(z.strictObject({ PORT: z.coerce.number() }), options)).toStrictEqual({ PORT: 1 });
  const port = v.pipe(v.string(), v.transform(Number), v.integer());
  expect(env(v.strictObject({ PORT: port, HOST: v.optional(v.string()) }), options)).toStrictEqual({
    PORT: 1,
    HOST: 'a',
  });
  const ark = type({ '+': 'reject', PORT: 'string.integer.parse', HOST: 'string', 'OTHER?': 'string' });
  expect(env(ark, options)).toStrictEqual({ PORT: 1, HOST: 'a' });
  const plain = type({ HOST: 'string' });
  expect(env(plain, options)).toStrictEqual({ HOST: 'a' });
});

test('values are in no message, whatever the library says', () => {
  const password = 'hunter2 & Co/"x"';
  const variables = {
    A: password,
    B: password,
    C: password,
    D: password,
    E: '4711',
    F: 'pg://me:s3cret@host/db',
  };
  const options = { files: false, variables };
  const words = (issue: { input?: unknown }) => `${String(issue.input)} is ${JSON.stringify(issue.input)}`;
  const errors = [
    z.object({
      A: z.string().refine(() => false, { error: words }),
      B: z
        .string()
        .transform((text) => text.split(' '))
        .pipe(z.array(z.string().refine(() => false, { error: words }))),
      E: z.coerce.number().refine(() => false, { error: words }),
      F: z.string().refine(() => false, { error: words }),
    }),
    z.object({ A: z.string() }).refine(() => false, { error: `F is ${variables.F}` }),
    v.object({
      A: v.pipe(v.string(), v.email()),
      B: v.picklist(['a']),
      C: v.pipe(
        v.string(),
        v.check(() => false),
      ),
      E: v.pipe(v.string(), v.transform(Number), v.maxValue(3)),
    }),
    type({
      A: 'string.email',
      B: '"a"|"b"',
      C: 'string.integer.parse',
      D: 'string < 3',
      E: 'string < 3',
    }),
  ].map((one) => thrownBy(() => env(one, options)));
  for (const { message, stack } of errors) {
    expect(message).toMatch(/^The environment has \d problem/);
    for (const text of [
      message,
      stack,
      JSON.stringify(errors),
      inspect(errors, { depth: 9, showHidden: true }),
    ])
      expect(text).not.toMatch(/hunter2|s3cret|4711/);
  }
});

test('a secret is printed nowhere, and revealed on request', () => {
  const read = env(z.object({ PASSWORD: z.string().min(8).transform(secret) }), {
    files: false,
    variables: { PASSWORD: 'correct horse' },
  });
  expect(read.PASSWORD.reveal()).toBe('correct horse');
  expect(inspect(read, { depth: 9, showHidden: true })).toBe('{ PASSWORD: [secret] }');
  expect(`${String(read.PASSWORD)} ${JSON.stringify(read)}`).toBe('[secret] {"PASSWORD":"[secret]"}');
});

test('a misspelt variable with a default is a warning', async () => {
  await using folder = await makeFolder({ '.env': 'PROT=1' });
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
  env(schema.partial(), { dir: folder.path, variables: {} });
  expect(warn.mock.calls).toStrictEqual([
    [
      '.env:1 sets PROT, which the schema of the environment does not have. Did you mean `PORT`?',
      { code: 'BLAIZE_ENV_SLIP' },
    ],
  ]);
  warn.mockRestore();
});

test.each([
  [
    'an asynchronous schema',
    z.object({ A: z.string().refine(() => Promise.resolve(true)) }),
    /asynchronous|Promise/,
  ],
  ['no schema', {}, /expects a Standard Schema/],
])('%s is refused', (_, wrong, message) => {
  expect(() => env(wrong as z.ZodType, { files: false, variables: { A: 'a' } })).toThrow(message);
});

test('unknown options are refused with a suggestion', () => {
  const wrong = { fles: false };
  expect(() => env(schema, wrong as object)).toThrow('Did you mean `files`?');
});
