import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { type ConfigSource, loadConfig, secret } from '../src/index.ts';
import { rejection } from './failures.ts';

const schema = z.object({
  port: z.number().default(1),
  log: z.object({ level: z.string().default('info'), file: z.string().optional() }).prefault({}),
  token: z.string().transform(secret).optional(),
});

/** Keeps what is logged. */
function recorder() {
  const lines: string[] = [];
  const write = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return { lines, logger: { info: write('info'), warn: write('warn'), error: write('error') } };
}

async function start(files: Record<string, string>, sources: readonly ConfigSource[] = []) {
  const folder = await makeFolder(files);
  const { lines, logger } = recorder();
  const options = { schema, dir: folder.path, variables: {}, env: 'APP', logger, sources };
  return {
    folder,
    lines,
    config: await loadConfig(options),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test('listeners hear of their keys only, and what nobody applies needs a restart', async () => {
  await using app = await start({ 'config/default.yaml': 'port: 1' });
  const { config, folder, lines } = app;
  const heard: unknown[] = [];
  config.onChange('log.level', ({ log }, before) => heard.push(`level ${before.log.level} to ${log.level}`));
  config.onChange(['log'], ({ log }) => heard.push(log));
  config.onChange('token', () => heard.push('token'));
  const before = config.values;
  expect(await config.reload()).toStrictEqual({ changed: [], needRestart: [] });
  await folder.write({ 'config/default.yaml': 'port: 2\nlog:\n  level: warn', '.env': 'APP__LOG__FILE=a' });
  expect(await config.reload()).toStrictEqual({
    changed: ['log.file', 'log.level', 'port'],
    needRestart: ['port'],
  });
  expect(heard).toStrictEqual(['level info to warn', { level: 'warn', file: 'a' }]);
  expect(config.values).toStrictEqual({ port: 2, log: { level: 'warn', file: 'a' } });
  expect(before.port).toBe(1);
  expect(lines).toStrictEqual([
    'info: The configuration was reloaded: nothing has changed.',
    'info: The configuration was reloaded: log.file, log.level, port changed.',
    'warn: RESTART NEEDED: nothing applies a change of port.',
  ]);
});

test('a broken file keeps the old configuration, and the log says why', async () => {
  await using app = await start({ 'config/default.yaml': 'port: 1' });
  const { config, folder, lines } = app;
  await folder.write({ 'config/default.yaml': 'port: hunter2' });
  const before = config.values;
  await expect(config.reload()).rejects.toMatchObject({ code: 'ERR_BLAIZE_CONFIG' });
  expect(config.values).toBe(before);
  expect(lines).toStrictEqual([
    'error: The configuration was not reloaded, so the old one stays. The configuration has 1 problem:\n' +
      '  - port (config/default.yaml:1): Invalid input: expected number, received string',
  ]);
});

test('if a listener fails, those before it take back what they did', async () => {
  await using app = await start({ 'config/default.yaml': 'port: 1' });
  const { config, folder } = app;
  let port = 1;
  config.onChange('port', (values) => (port = values.port));
  const stop = config.onChange('log', () => Promise.reject(new Error('No disk.')));
  await folder.write({ 'config/default.yaml': 'port: 2\nlog: { level: warn }' });
  expect((await rejection(config.reload())).message).toBe('No disk.');
  expect([port, config.values.port]).toStrictEqual([1, 1]);
  stop();
  await config.reload();
  expect([port, config.values.port]).toStrictEqual([2, 2]);
});

test('a secret that changes is noticed, and shown nowhere', async () => {
  await using app = await start({ '.env': 'APP__TOKEN=hunter2' });
  const { config, folder, lines } = app;
  await folder.write({ '.env': 'APP__TOKEN=hunter3' });
  expect((await config.reload()).changed).toStrictEqual(['token']);
  expect(config.values.token?.reveal()).toBe('hunter3');
  expect(lines.join('\n')).not.toContain('hunter');
});

test('a module is loaded again if it has changed', async () => {
  await using app = await start({ 'blaize.config.mjs': 'export default { port: 1 }' });
  await app.folder.write({ 'blaize.config.mjs': 'export default async () => ({ port: 2 })' });
  await app.config.reload();
  expect(app.config.values.port).toBe(2);
});

test('reloads at the same time run one after the other', async () => {
  await using app = await start({ 'config/default.yaml': 'port: 1' });
  const heard: number[] = [];
  app.config.onChange('port', async ({ port }, before) => {
    await new Promise(setImmediate);
    heard.push(before.port, port);
  });
  await app.folder.write({ 'config/default.yaml': 'port: 2' });
  await Promise.all([app.config.reload(), app.config.reload(), app.config.reload()]);
  expect(heard).toStrictEqual([1, 2]);
});

test('a source tells of changes; while it is away, its last values stay', async () => {
  let level: string | Error = 'debug';
  let tell: () => void = () => undefined;
  const source: ConfigSource = {
    name: 'mine',
    load: () =>
      level instanceof Error
        ? Promise.reject(level)
        : Promise.resolve({ entries: [{ path: ['LOG', 'LEVEL'], value: level, from: 'mine' }] }),
    watch: ({ changed, signal }) =>
      new Promise((resolve) => {
        tell = changed;
        signal.addEventListener('abort', () => resolve());
      }),
  };
  await using app = await start({ 'config/default.yaml': 'port: 1' }, [source]);
  expect(app.config.values.log.level).toBe('debug');
  const changed = new Promise((resolve) => app.config.onChange('log.level', ({ log }) => resolve(log.level)));
  level = 'warn';
  tell();
  expect(await changed).toBe('warn');
  level = new Error('no route');
  await app.folder.write({ 'config/default.yaml': 'port: 2' });
  await app.config.reload();
  expect(app.config.values).toStrictEqual({ port: 2, log: { level: 'warn' } });
  expect(app.lines).toContain('warn: mine is away, so its last values stay: no route');
  app.config.close();
  level = 'info';
  tell();
  expect(app.config.values.log.level).toBe('warn');
});

test('a source that is away at start, or never answers, is a problem', async () => {
  const away: ConfigSource = { name: 'away', load: () => Promise.reject(new Error('no route')) };
  const hangs: ConfigSource = { name: 'hangs', load: () => new Promise(() => undefined) };
  const error = await rejection(
    loadConfig({ schema, files: [], variables: {}, sources: [away, hangs], sourceTimeout: 20 }),
  );
  expect(error.message).toBe(
    'The configuration has 2 problems:\n  - away: no route\n  - hangs: there was no answer in 20 ms',
  );
});

test('keys are typed', async () => {
  await using app = await start({});
  expectTypeOf(app.config.onChange)
    .parameter(0)
    .extract<string>()
    .toEqualTypeOf<'port' | 'log' | 'log.level' | 'log.file' | 'token'>();
});
