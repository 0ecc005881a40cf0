import { afterEach, beforeAll, expect, test, vi } from 'vitest';

import { createDefaultLog } from '../src/default-logger.ts';
import { loadDevelopmentTools } from '../src/development-tools.ts';

beforeAll(loadDevelopmentTools);
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** What the default logger of development writes for an error. */
function written(err: unknown, message: string, isTTY = true): string {
  let text = '';
  const { stdout } = process;
  vi.stubEnv('NODE_ENV', 'development');
  vi.spyOn(process, 'stdout', 'get').mockReturnValue(
    Object.create(stdout, {
      isTTY: { value: isTTY },
      hasColors: { value: () => false },
      write: { value: (line: string) => (text += line) !== '' },
    }) as typeof stdout,
  );
  createDefaultLog(false).logger.child({ correlationId: 'abc' }).error({ err }, message);
  return text;
}

test('an error is shown with one place of the app, and its causes', () => {
  const text = written(new TypeError('no', { cause: new Error('why') }), 'It failed');
  expect(text).toMatch(/^\d\d:\d\d:\d\d ERROR It failed \{"correlationId":"abc"\}\nTypeError: no\n/);
  expect(text).toMatch(/\n {4}at packages\/server\/test\/development-log\.test\.ts:\d+:\d+\n/);
  expect(text).toMatch(/\n {2}> *\d+ \| {3}const text = written\(new TypeError/);
  expect(text).toMatch(/\n {2}caused by Error: why at packages\S+\n$/);
  expect(text).not.toContain('node_modules');
});

test('control characters of an error do not reach the terminal', () => {
  const text = written(new Error('a\u001b[2J\u009b'), 'a\u001b[2J\u009b');
  expect(text).toContain(String.raw`ERROR a\u001b[2J\u009b {`);
  expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
});

test('what is no error, or hardly one, is logged all the same', () => {
  const fail = (): never => {
    throw new Error('hostile');
  };
  const hostile = Object.defineProperties(new Error('x'), {
    message: { get: fail },
    extra: { get: fail, enumerable: true },
  });
  expect(written('just text', 'It failed')).toContain('ERROR It failed');
  expect(written(hostile, 'It failed')).toContain('ERROR It failed');
});

test('away from a terminal it is a line of JSON, in the shape that production has', () => {
  const cyclic = new AggregateError([], 'cyclic');
  cyclic.errors.push(cyclic);
  for (const error of [new TypeError('no'), Object.freeze(new TypeError('no')), cyclic]) {
    const line = written(error, 'It failed', false);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toMatchObject({
      level: 50,
      time: expect.any(Number),
      pid: process.pid,
      correlationId: 'abc',
      err: {
        type: error.name,
        message: error.message,
        stack: expect.stringMatching(/^\w+: \w+\n {4}at .*development-log/),
      },
      msg: 'It failed',
    });
  }
});
