import { expect, test } from 'vitest';
import { z } from 'zod';

import { validate } from './validate.ts';

test('gives a promise only where the schema is asynchronous', async () => {
  expect(validate(z.coerce.number(), '7')).toEqual({ value: 7 });
  const later = z.string().transform(async (text) => text.length);
  expect(await validate(later, 'abc')).toEqual({ value: 3 });
});
