import { symlink } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { loadConfig } from '../src/index.ts';
import { parseJson } from '../src/parse-json.ts';
import { rejection } from './failures.ts';

const schema = z.object({ a: z.any() });

async function problemsOf(name: string, content: string | Uint8Array): Promise<string> {
  await using folder = await makeFolder({ [name]: content });
  const { message } = await rejection(loadConfig({ schema, dir: folder.path, files: [name], variables: {} }));
  expect(message).not.toContain('hunter2');
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  return message.split('\n').slice(1).join('\n').trim();
}

const laughs = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'.split('').map((name, index) => {
    const before = 'abcdefghi'[index] ?? '';
    return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join()}]`;
  }),
].join('\n');

test.each<[string, string, string | Uint8Array, RegExp]>([
  [
    '__proto__ in JSON',
    'a.json',
    '{"a":\n{"__proto__": {"polluted": 1}}}',
    /a\.__proto__ \(a\.json:2\): this key is not allowed/,
  ],
  [
    '__proto__ in YAML',
    'a.yaml',
    'a:\n  __proto__:\n    polluted: 1',
    /a\.__proto__ \(a\.yaml:2\): this key is not allowed/,
  ],
  ['__proto__ by merging', 'a.yaml', 'a:\n  <<: { __proto__: { polluted: 1 } }', /this key is not allowed/],
  [
    '__proto__ in TOML',
    'a.toml',
    '[a.__proto__]\npolluted = 1',
    /a\.__proto__ \(a\.toml:1\): this key is not allowed|unsafe|proto/,
  ],
  [
    'constructor',
    'a.json',
    '{"constructor": {"prototype": {"polluted": 1}}}',
    /constructor \(a\.json:1\): this key is not allowed/,
  ],
  ['a key twice in JSON', 'a.json', '{"a": 1,\n"a": "hunter2"}', /a\.json:2: this key is there twice/],
  ['a key twice in YAML', 'a.yaml', 'a: 1\na: hunter2', /a\.yaml:2: Map keys must be unique/],
  ['a key twice in TOML', 'a.toml', 'a = 1\na = "hunter2"', /a\.toml:2: /],
  ['a billion laughs', 'a.yaml', laughs, /a\.yaml: it has more than 100 aliases/],
  ['an alias to itself', 'a.yaml', 'a: &a [*a]', /a\.yaml: it has more than/],
  ['an unknown tag', 'a.yaml', 'a: !!js/function "hunter2"', /a\.yaml:1: Unresolved tag/],
  ['a broken YAML text', 'a.yaml', 'a: hunter2: x\n  - hunter2', /a\.yaml:\d: /],
  ['deep YAML', 'a.yaml', '['.repeat(100_000), /a\.yaml:1: expected at most 64 levels/],
  ['deep YAML of dashes', 'a.yaml', `a: ${'- '.repeat(100_000)}`, /a\.yaml:1: expected at most 64 levels/],
  ['deep JSON', 'a.json', '['.repeat(500_000), /a\.json:1: expected at most 64 levels/],
  ['deep TOML', 'a.toml', `a = ${'['.repeat(100_000)}`, /a\.toml:1: /],
  ['deep keys of TOML', 'a.toml', `${'a.'.repeat(100_000)}a = 1`, /a\.toml(?::1)?: /],
  ['many values', 'a.json', `{"a":[${'1,'.repeat(100_000)}1]}`, /a\.json: it has more than 20000 values/],
  ['a huge file', 'a.yaml', 'a: x\n#'.padEnd(1_048_577, 'x'), /a\.yaml: it is larger than 1048576 bytes/],
  ['a list', 'a.json', '[1]', /a\.json(?::1)?: expected an object of settings/],
  ['a text', 'a.yaml', 'hunter2', /a\.yaml(?::1)?: expected an object of settings/],
  ['invalid UTF-8', 'a.yaml', new Uint8Array([97, 58, 32, 0xc3, 0x28]), /a\.yaml: it is not UTF-8/],
  ['a NUL character', 'a.toml', 'a = 1\nb = "\0"', /a\.toml: line 2 contains a NUL character/],
  ['nothing in JSON', 'a.json', '', /a\.json:1: expected a value/],
  ['more after JSON', 'a.json', '{}\nhunter2', /a\.json:2: expected the end of the file/],
  ['two documents', 'a.yaml', 'a: 1\n---\na: hunter2', /a\.yaml:\d: /],
  [
    'a module that throws',
    'a.mjs',
    'throw new TypeError("hunter2")',
    /a\.mjs: it cannot be loaded: TypeError/,
  ],
  [
    'a module that is broken',
    'a.mjs',
    'export default hunter2 hunter2',
    /a\.mjs: it cannot be loaded: \w+Error/,
  ],
  ['a module without a default', 'a.mjs', 'export const a = 1', /a\.mjs: expected a default export/],
  [
    'a module with a cycle',
    'a.mjs',
    'const a = {}; a.a = a; export default a',
    /a\.mjs: it has more than .* or more than 32 levels/,
  ],
])('%s is a problem', async (_, name, content, expected) => {
  expect(await problemsOf(name, content)).toMatch(expected);
});

test.each<[string, string, string]>([
  ['a byte order mark in JSON', 'a.json', '\uFEFF{"a": 1}'],
  ['Windows lines in YAML', 'a.yaml', '\uFEFF# x\r\na: 1\r\n'],
  ['Windows lines in TOML', 'a.toml', '\uFEFFa = 1\r\n'],
  ['an anchor', 'a.yml', 'a: &one 1\n'],
])('%s is fine', async (_, name, content) => {
  await using folder = await makeFolder({ [name]: content });
  const config = await loadConfig({ schema, dir: folder.path, files: [name], variables: {} });
  expect(config.values).toStrictEqual({ a: 1 });
});

test('a mode leads to no other folder', async () => {
  await using folder = await makeFolder({ 'secret.yaml': 'a: 1' });
  const variables = { NODE_ENV: '../secret' };
  const error = await rejection(
    loadConfig({ schema, dir: folder.file('config'), files: ['{mode}.yaml'], variables }),
  );
  expect(error.message).toContain('NODE_ENV (the environment): expected a name of letters, digits, - and _');
});

test('a link to a device is refused', async () => {
  await using folder = await makeFolder();
  await symlink('/dev/zero', folder.file('a.yaml'));
  const error = await rejection(loadConfig({ schema, dir: folder.path, files: ['a.yaml'], variables: {} }));
  expect(error.message).toContain('a.yaml: it is not a file');
});

test('a value of a megabyte is read, and can be refused without being shown', async () => {
  const text = `hunter2 ${'x'.repeat(1_000_000)}`;
  await using folder = await makeFolder({ 'a.json': JSON.stringify({ a: text }) });
  const options = { dir: folder.path, files: ['a.json'], variables: {} };
  expect((await loadConfig({ schema, ...options })).values).toStrictEqual({ a: text });
  const error = ({ input }: { input?: unknown }) => `not ${String(input)} or "${String(input)}"`;
  const refuses = z.object({ a: z.string().refine(() => false, { error }) });
  const { message } = await rejection(loadConfig({ schema: refuses, ...options }));
  expect(message).toBe('The configuration has 1 problem:\n  - a (a.json:1): not [hidden] or "[hidden]"');
});

test('a rule about the whole keeps its words, without secrets', async () => {
  const error = 'A production server needs more than hunter2.';
  const rule = z.object({ mode: z.string(), password: z.string() }).refine(() => false, { error });
  const argv = ['--mode=production', '--password=hunter2'];
  const { message } = await rejection(loadConfig({ schema: rule, files: [], variables: {}, argv }));
  expect(message).toBe('The configuration has 1 problem:\n  - A production server needs more than [hidden].');
});

test.each([
  [['hunter2'], 'the command line: argument 1 is not --name=value'],
  [['--__proto__.polluted=1'], '__proto__ (--__proto__.polluted): this key is not allowed'],
  [['--a..b=1'], 'a..b (--a..b): a part of this name is empty'],
  [['--a=1', '--a=2'], 'a (--a): it is set twice'],
  [['--a=1', '--a.b=2'], 'a.b (--a.b): `a` is set as a whole too'],
  [['--b'], 'b (--b): there is no such setting'],
])('arguments %j are refused', async (argv, problem) => {
  const error = await rejection(loadConfig({ schema, files: [], variables: {}, argv }));
  expect(error.message).toContain(problem);
  expect(error.message).not.toContain('hunter2');
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('variables reach no prototype', async () => {
  const variables = { APP____proto____polluted: '1', APP__a__constructor__x: '1', APP__: '1' };
  const error = await rejection(loadConfig({ schema, files: [], env: 'APP', variables }));
  expect(error.message).toMatch(/a part of this name is empty/);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('JSON is read as JSON.parse() reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom('', '  ', '\n'), (text, space) => {
      const parsed = parseJson(space + text + space);
      const isTwice = 'problems' in parsed && parsed.problems[0]?.message === 'this key is there twice';
      if (!isTwice) expect(parsed).toMatchObject({ values: JSON.parse(text) as unknown });
    }),
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('{}[]:,"\\ \n01-.eEtruefalsn')) }),
      (text) => {
        const parsed = parseJson(text);
        let fine = true;
        try {
          JSON.parse(text);
        } catch {
          fine = false;
        }
        const isTwice = 'problems' in parsed && parsed.problems[0]?.message === 'this key is there twice';
        if (!isTwice) expect('values' in parsed).toBe(fine);
      },
    ),
    { numRuns: 2000 },
  );
});
