import { afterEach, beforeAll, expect, test, vi } from 'vitest';

import { createDefaultLogger } from '../src/default-logger.ts';
import { loadDevelopmentTools } from '../src/development-tools.ts';

beforeAll(loadDevelopmentTools);
afterEach(() => vi.restoreAllMocks());

/** What the default logger of development writes for an error. */
function written(err: unknown, message: string): string {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => (text += String(line)) !== '');
  createDefaultLogger(false).child({ correlationId: 'abc' }).error({ err }, message);
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
