import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { runInNewContext } from 'node:vm';

import { ConfigurationError } from '@blaizejs/errors';
import { afterEach, expect, test, vi } from 'vitest';

import { createApp } from './create-app.ts';
import { toLogger } from './to-logger.ts';

afterEach(() => void vi.restoreAllMocks());

const ignore = (): void => undefined;
const methods = { debug: ignore, info: ignore, warn: ignore, error: ignore };

test('a whole logger stays what it is', () => {
  const logger = { ...methods, child: () => logger };
  expect(toLogger(logger)).toBe(logger);
});

test('a logger without child gets one, and is called as a method', () => {
  class Logger {
    readonly lines: unknown[][] = [];
    debug(...line: unknown[]): void {
      this.lines.push(['debug', ...line]);
    }
    info(...line: unknown[]): void {
      this.lines.push(['info', ...line]);
    }
    warn(...line: unknown[]): void {
      this.lines.push(['warn', ...line]);
    }
    error(...line: unknown[]): void {
      this.lines.push(['error', ...line]);
    }
  }
  const given = new Logger();
  const logger = toLogger(given);
  const error = new Error('x');
  logger.info('hello');
  logger.warn({ path: '/' }, 'slow');
  logger.child({ a: 1 }).child({ b: 2 }).debug('deep');
  logger.child({ a: 1 }).error(error, 'failed');
  expect(given.lines).toEqual([
    ['info', 'hello'],
    ['warn', { path: '/' }, 'slow'],
    ['debug', { a: 1, b: 2 }, 'deep'],
    ['error', { a: 1, err: error }, 'failed'],
  ]);
});

test('a child of a logger without child reports an error of another realm as err', () => {
  const error: unknown = runInNewContext("new Error('elsewhere')");
  const write = vi.fn();
  toLogger({ ...methods, error: write })
    .child({ a: 1 })
    .error(error as Error, 'failed');
  expect(write.mock.calls).toEqual([[{ a: 1, err: error }, 'failed']]);
});

test('the console writes lines of JSON, in the shape of pino, with the correlation id', async () => {
  const lines: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line));
  const app = createApp({ logger: console });
  app.router.addRoute('GET', '/', {
    handler: () => {
      throw new Error('boom');
    },
  });
  const headers = { 'x-correlation-id': 'abc' };
  expect((await app.fetch(new Request('http://localhost/', { headers }))).status).toBe(500);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 50, correlationId: 'abc', method: 'GET', path: '/', err: { message: 'boom' }, msg: 'boom' },
  ]);
});

test('any other Console is written to as well', () => {
  let text = '';
  const stdout = new Writable({
    write: (chunk, _encoding, callback) => {
      text += String(chunk);
      callback();
    },
  });
  toLogger(new Console(stdout)).child({ a: 1 }).info('hello');
  expect(JSON.parse(text)).toMatchObject({ level: 30, a: 1, msg: 'hello' });
});

test.each([
  [{ info: ignore, error: ignore }, 'logger', 'It has no method debug, no warn.'],
  [{ ...methods, error: 'x' }, 'logger', 'It has no method error.'],
  [{ ...methods, child: true }, 'logger.child', undefined],
  ['info', 'logger', undefined],
  [true, 'logger', undefined],
  [null, 'logger', undefined],
])('%j is no logger, and what it lacks is named', (logger, path, suggestion) => {
  const make = (): unknown => createApp({ logger: logger as never });
  expect(make).toThrow(ConfigurationError);
  try {
    make();
  } catch (error) {
    const problems = (error as ConfigurationError).problems.map((problem) => [
      problem.path,
      problem.suggestion,
    ]);
    expect(problems).toEqual([[path, suggestion]]);
  }
});
