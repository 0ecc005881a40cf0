import { type } from 'arktype';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { envExample } from '../src/index.ts';

test('an example has descriptions, types and defaults, and no secrets', () => {
  const schema = z.object({
    PORT: z.coerce.number().default(3000).describe('Where to listen'),
    MODE: z.enum(['a', 'b']),
    NAME: z.string().default('my app # 1'),
    API_KEY: z.string().default('hunter2'),
    HOST: z.string().optional(),
  });
  expect(envExample(schema)).toBe(
    [
      '# Copy this file to .env. Lines that begin with # are optional.',
      '# Where to listen. A number\n# PORT=3000',
      '# One of a, b\nMODE=',
      "# NAME='my app # 1'",
      '# API_KEY=',
      '# HOST=\n',
    ].join('\n\n'),
  );
});

test('Valibot gives names and defaults, ArkType gives names', () => {
  const valibot = v.object({ PORT: v.optional(v.string(), '1'), HOST: v.string() });
  expect(envExample(valibot)).toMatch(/\n\n# PORT=1\n\nHOST=\n$/);
  expect(envExample(type({ HOST: 'string', PORT: 'string = "1"' }))).toMatch(/\n\nHOST=\n\n# PORT=\n$/);
});
