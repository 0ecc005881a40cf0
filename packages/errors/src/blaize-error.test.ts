import { expect, test } from 'vitest';

import { BlaizeError } from './blaize-error.ts';

test('has a stable code and a cause', () => {
  const cause = new Error('the disk is full');
  const error = new BlaizeError('ERR_MINE', 'broken', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'BlaizeError', code: 'ERR_MINE', message: 'broken', cause });
  expect(String(error)).toBe('BlaizeError: broken');
});

test('a subclass has its own name', () => {
  class DiskError extends BlaizeError {}
  expect(new DiskError('ERR_DISK', 'full').name).toBe('DiskError');
});
