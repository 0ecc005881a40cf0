import { type } from 'arktype';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { loadConfig, secret } from '../src/index.ts';
import { rejection } from './failures.ts';

const schema = z.object({
  port: z.number().default(3000),
  db: z.object({ url: z.string(), poolSize: z.number().int().default(5), password: z.string().optional() }),
  log: z.object({ level: z.enum(['debug', 'info', 'warn']).default('info') }).prefault({}),
  hosts: z.array(z.string()).default([]),
  debug: z.boolean().default(false),
});

test('later sources win, and explain() tells where each value came from', async () => {
  await using folder = await makeFolder({
    'blaize.config.mjs': `export default ({ mode }) => ({ port: 1, log: { level: mode === 'production' ? 'warn' : 'debug' } });`,
    'config/default.yaml': '# Settings\nport: 2\ndb:\n  url: file:a.db\n  poolSize: 1\nhosts: [a, b]\n',
    'config/production.toml': 'port = 3\n\n[db]\npoolSize = 2\npassword = "hunter2"\n',
    'config/local.json': '{\n  "port": 4,\n  "hosts": ["c"]\n}\n',
    '.env': 'APP__PORT=5\nAPP__DEBUG=true',
  });
  using config = await loadConfig({
    schema,
    dir: folder.path,
    env: 'APP',
    variables: {
      NODE_ENV: 'production',
      APP__DB__POOL_SIZE: '3',
      APP__PORT: '6',
      OTHER: '1',
      APP__LOG__LEVEL: '',
    },
    argv: ['--port=7'],
  });
  expect(config.values).toStrictEqual({
    port: 7,
    db: { url: 'file:a.db', poolSize: 3, password: 'hunter2' },
    log: { level: 'warn' },
    hosts: ['c'],
    debug: true,
  });
  expect(config.explain()).toStrictEqual([
    { path: 'db.password', value: '[secret]', from: 'config/production.toml:5', overrides: [] },
    {
      path: 'db.poolSize',
      value: 3,
      from: 'APP__DB__POOL_SIZE in the environment',
      overrides: ['config/production.toml:4', 'config/default.yaml:5'],
    },
    { path: 'db.url', value: 'file:a.db', from: 'config/default.yaml:4', overrides: [] },
    { path: 'debug', value: true, from: 'APP__DEBUG in .env:2', overrides: [] },
    { path: 'hosts', value: ['c'], from: 'config/local.json:3', overrides: ['config/default.yaml:6'] },
    { path: 'log.level', value: 'warn', from: 'blaize.config.mjs', overrides: [] },
    {
      path: 'port',
      value: 7,
      from: '--port',
      overrides: [
        'APP__PORT in the environment',
        'config/local.json:2',
        'config/production.toml:1',
        'config/default.yaml:2',
        'blaize.config.mjs',
      ],
    },
  ]);
  expect(Object.isFrozen(config.values.db)).toBe(true);
});

test('defaults come from the schema', async () => {
  await using folder = await makeFolder();
  const config = await loadConfig({ schema, dir: folder.path, variables: {}, argv: ['--db.url=a'] });
  expect(config.explain()).toContainEqual({
    path: 'log.level',
    value: 'info',
    from: 'the schema',
    overrides: [],
  });
});

test('every problem is in one error, with its place', async () => {
  await using folder = await makeFolder({
    'config/default.yaml': 'port: high\ndb:\n  poolsize: 3\n  url: 1\nlgo: {}\n',
    'config/production.json': '{ "log": {\n "level": "hunter2" } }',
  });
  const error = await rejection(
    loadConfig({
      schema,
      dir: folder.path,
      variables: { NODE_ENV: 'production', APP__DEBUG: 'perhaps', APP__DB__PULSE: '1' },
      env: 'APP',
      argv: ['--hsots=a', '--db.pool-size', 'many'],
    }),
  );
  expect(error).toMatchObject({ code: 'ERR_BLAIZE_CONFIG' });
  expect(error.message).toMatchInlineSnapshot(`
    "The configuration has 9 problems:
      - db.poolsize (config/default.yaml:3): there is no such setting. Did you mean \`poolSize\`?
      - db.pulse (APP__DB__PULSE in the environment): there is no such setting
      - lgo (config/default.yaml:5): there is no such setting. Did you mean \`log\`?
      - hsots (--hsots): there is no such setting. Did you mean \`hosts\`?
      - port (config/default.yaml:1): Invalid input: expected number, received string
      - db.url (config/default.yaml:4): Invalid input: expected string, received number
      - db.poolSize (--db.pool-size): Invalid input: expected number, received string
      - log.level (config/production.json:2): Invalid option: expected one of "debug"|"info"|"warn"
      - debug (APP__DEBUG in the environment): Invalid input: expected boolean, received string"
  `);
});

test('problems of files come together, and nothing that they may say is called missing', async () => {
  await using folder = await makeFolder({
    'a.yaml': 'db:\n  url: "hunter2',
    'b.toml': 'x = hunter2',
    'c.json': '{"a": hunter2}',
  });
  const files = ['a.yaml', 'b.toml', 'c.json', 'd.yaml', 'e.ini', { path: 'f.yaml', optional: true }];
  await folder.write({ 'e.ini': '' });
  const error = await rejection(loadConfig({ schema, dir: folder.path, files, variables: {} }));
  expect(error.message).toMatchInlineSnapshot(`
    "The configuration has 5 problems:
      - a.yaml:2: Missing closing (MISSING_CHAR)
      - b.toml:1: invalid value
      - c.json:1: expected a value
      - d.yaml: there is no such file
      - e.ini: expected a file whose name ends in .yaml, .yml, .toml, .json, .ts, .mts, .js, .mjs"
  `);
});

test('texts become what the schema expects', async () => {
  await using folder = await makeFolder();
  const config = await loadConfig({
    schema: z.object({
      n: z.number(),
      flag: z.boolean(),
      off: z.boolean(),
      list: z.array(z.number()),
      json: z.array(z.string()),
      object: z.object({ a: z.number() }),
      either: z.union([z.number(), z.string()]),
      none: z.number().nullable(),
      text: z.string(),
      free: z.record(z.string(), z.string()),
      rates: z.record(z.string(), z.object({ perHour: z.number() })),
    }),
    dir: folder.path,
    env: 'APP',
    variables: {
      APP__N: ' 1e3 ',
      APP__LIST: '1, 2',
      APP__JSON: '["a,b"]',
      APP__OBJECT: '{"a":1}',
      APP__FREE__SOME_KEY: '1',
      APP__RATES__a__PER_HOUR: '2',
    },
    argv: ['--flag', '--no-off', '--either=1', '--none=null', '--text', 'a=b'],
  });
  expect(config.values).toStrictEqual({
    n: 1000,
    flag: true,
    off: false,
    list: [1, 2],
    json: ['a,b'],
    object: { a: 1 },
    either: '1',
    none: null,
    text: 'a=b',
    free: { someKey: '1' },
    rates: { a: { perHour: 2 } },
  });
});

test('Valibot and ArkType know their keys too', async () => {
  await using folder = await makeFolder();
  const options = { dir: folder.path, env: 'APP', variables: { APP__DB__POOL: '3', APP__DB__POLL: '3' } };
  const schemas = [
    v.object({ db: v.object({ pool: v.optional(v.number(), 1) }) }),
    type({ db: { pool: 'number = 1' } }),
  ];
  for (const one of schemas) {
    const { message } = await rejection(loadConfig({ ...options, schema: one }));
    expect(message).toBe(
      'The configuration has 1 problem:\n  - db.poll (APP__DB__POLL in the environment): there is no such setting. Did you mean `pool`?',
    );
    const fine = { ...options, variables: { APP__DB__POOL: '3' } };
    expect((await loadConfig({ ...fine, schema: one })).values).toStrictEqual({
      db: { pool: 3 },
    });
  }
});

test('secrets are hidden in what explain() returns', async () => {
  const config = await loadConfig({
    schema: z.object({
      url: z.string(),
      pin: z.string().transform(secret),
      header: z.string(),
      services: z.array(z.object({ token: z.string() })),
      nested: z.object({ apiKey: z.object({ id: z.string() }) }),
    }),
    files: [],
    variables: {},
    argv: [
      '--url=pg://me:hunter2@db',
      '--pin=hunter2',
      '--header=Bearer hunter2',
      '--services=[{"token":"hunter2"}]',
      '--nested.apiKey.id=hunter2',
    ],
  });
  expect(JSON.stringify(config.explain())).not.toContain('hunter2');
  expect(config.values.pin.reveal()).toBe('hunter2');
});

test('options are checked', async () => {
  const wrong = { schema, flies: [], env: 'A-B', argv: 'x' };
  const error = await rejection(loadConfig(wrong as never));
  expect(error.message).toContain('Did you mean `files`?');
  expect(error.message).toMatch(/^The options of loadConfig\(\) have 3 problems/);
});
