import type { Logger } from '@blaizejs/types';
import { afterEach, expect, test, vi } from 'vitest';

import { silentLogger } from './create-context.ts';
import { logError, logLine } from './log-error.ts';

afterEach(() => void vi.restoreAllMocks());

const fail = (): never => {
  throw new Error('disk full');
};

function loggerWith(error: (fields: object, message?: string) => unknown): Logger {
  return { ...silentLogger, error: error as Logger['error'] };
}

test('an error is logged as it is, with the fields beside it', () => {
  const lines: unknown[] = [];
  const thrown = new Error('x');
  logError(() => loggerWith((...line) => lines.push(line)), 'error', thrown, 'It failed', { path: '/' });
  expect(lines).toEqual([[{ path: '/', err: thrown }, 'It failed']]);
});

test('one that the logger can not write is described', () => {
  const lines: object[] = [];
  const picky = loggerWith((fields) => {
    if ((fields as { err: unknown }).err instanceof Error) throw new TypeError('object is not extensible');
    lines.push(fields);
  });
  logError(() => picky, 'error', new RangeError('x'), 'It failed', { path: '/' });
  expect(lines).toMatchObject([{ path: '/', err: { type: 'RangeError', message: 'x' } }]);
});

test.each([
  ['that throws', () => loggerWith(fail)],
  ['that has no child', fail as () => Logger],
  ['that rejects', () => loggerWith(() => Promise.reject(new Error('disk full')))],
])('if a logger fails altogether, the console says so: one %s', async (_what, log) => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  logError(log, 'error', new RangeError('x'), 'It failed');
  await vi.waitFor(() => expect(told).toHaveBeenCalledOnce());
  expect(told).toHaveBeenCalledWith('The logger failed', {
    message: 'It failed',
    err: expect.objectContaining({ type: 'RangeError', message: 'x' }) as object,
    failure: expect.objectContaining({ message: 'disk full' }) as object,
  });
  logLine(log, 'error', 'Stopped');
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
});
