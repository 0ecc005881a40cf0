import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, test } from 'vitest';

import { type ClusterOptions, resolveOptions } from './options.ts';

const resolve = (given: object): unknown => resolveOptions(given as ClusterOptions);

test('the file alone is enough', () => {
  expect(resolve({ entry: 'dist/server.js' })).toEqual({
    entry: path.resolve('dist/server.js'),
    args: [],
    execArgv: process.execArgv,
    env: {},
    size: availableParallelism(),
    startTimeout: 30_000,
    stopTimeout: 60_000,
    maxBackoff: 30_000,
    balance: 'shared',
    handleSignals: true,
    control: '',
    logger: undefined,
  });
});

test('the file may be a URL, and every option differs from its default', () => {
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const env = (): Record<string, string> => ({ A: '1' });
  const options = {
    args: ['a'],
    execArgv: ['--enable-source-maps'],
    env,
    startTimeout: 1,
    stopTimeout: 2,
    maxBackoff: 3,
    balance: 'round-robin',
    handleSignals: false,
    control: '/run/app.sock',
    logger,
  };
  const entry = path.resolve('a b.js');
  expect(resolve({ entry: pathToFileURL(entry), workers: 7, ...options })).toEqual({
    entry,
    size: 7,
    ...options,
  });
});

test.each([
  [{}, 'entry'],
  [{ entry: '' }, 'entry'],
  [{ entry: new URL('https://example.org/a.js') }, 'entry'],
  [{ entry: 'a', args: [1] }, 'args'],
  [{ entry: 'a', execArgv: '--x' }, 'execArgv'],
  [{ entry: 'a', env: 'A=1' }, 'env'],
  [{ entry: 'a', workers: 0 }, '"auto" or a whole number from 1 to 1024'],
  [{ entry: 'a', workers: 'all' }, '"auto" or a whole number from 1 to 1024'],
  [{ entry: 'a', startTimeout: -1 }, 'startTimeout'],
  [{ entry: 'a', stopTimeout: 2 ** 31 }, 'stopTimeout'],
  [{ entry: 'a', maxBackoff: '1s' }, 'maxBackoff'],
  [{ entry: 'a', balance: 'random' }, '"shared" or "round-robin"'],
  [{ entry: 'a', handleSignals: 1 }, 'handleSignals'],
  [{ entry: 'a', control: 3 }, 'the path of a socket'],
  [{ entry: 'a', logger: {} }, 'a logger with info(), warn() and error(), or false'],
  [{ entry: 'a', worker: 2 }, 'workers'],
])('%j is refused, and the error names %s', (given, text) => {
  expect(() => resolve(given)).toThrow(text);
  expect(() => resolve(given)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
});
