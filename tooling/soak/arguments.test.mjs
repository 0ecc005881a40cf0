import { describe, expect, test } from 'vitest';

import { readNumbers, UsageError } from './arguments.mjs';

describe('the options of a command', () => {
  test('are optional numbers', () => {
    expect(readNumbers(['--seconds', '20'], ['minutes', 'seconds'])).toEqual({ seconds: 20 });
    expect(readNumbers(['--minutes=0.5'], ['minutes', 'seconds'])).toEqual({ minutes: 0.5 });
    expect(readNumbers([], ['minutes'])).toEqual({});
  });

  test('may follow the -- that pnpm passes on', () => {
    expect(readNumbers(['--', '--restarts', '3'], ['restarts'])).toEqual({ restarts: 3 });
  });

  test.each([['--seconds', 'ten'], ['--seconds', '0'], ['--seconds', '-1'], ['--second', '10'], ['10']])(
    'are refused with a list of the options: %s %s',
    (...argv) => {
      const read = () => readNumbers(argv, ['minutes', 'seconds']);
      expect(read).toThrow(UsageError);
      expect(read).toThrow('--minutes <number>, --seconds <number>');
    },
  );
});
