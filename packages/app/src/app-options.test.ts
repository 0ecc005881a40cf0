import { ConfigurationError } from '@blaizejs/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { resolveAppOptions } from './app-options.ts';

test('whatever it is given, the options of an app are complete or a ConfigurationError', () => {
  const known = fc.constantFrom(
    'router',
    'middleware',
    'plugins',
    'limits',
    'logger',
    'bodyReaders',
    'mode',
    'validateResponses',
    'caseSensitive',
    'handlerTimeout',
    '__proto__',
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(known, fc.string()), tie('value'), { maxKeys: 5 }),
    ),
  }));
  fc.assert(
    fc.property(value, (given) => {
      try {
        const resolved = resolveAppOptions(given);
        expect(resolved.limits.maxUrlLength).toBeGreaterThan(0);
        expect(resolved.middleware).toBeInstanceOf(Array);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigurationError);
        expect((error as ConfigurationError).problems.length).toBeGreaterThan(0);
      }
    }),
  );
});
