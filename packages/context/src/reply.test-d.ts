import type { Context, Reply } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';

import { reply } from './reply.ts';
import { tryUseContext, useContext } from './storage.ts';

// Status and value as they were written.
expectTypeOf(reply(404, { code: 'no-user' })).toEqualTypeOf<Reply<404, { readonly code: 'no-user' }>>();
expectTypeOf(reply(204, null)).toEqualTypeOf<Reply<204, null>>();
expectTypeOf(reply(201, 'x', { location: '/x', vary: ['a', 'b'] })).toEqualTypeOf<Reply<201, 'x'>>();
// @ts-expect-error -- a value is needed, if only null
reply(204);

expectTypeOf(useContext()).toEqualTypeOf<Context>();
expectTypeOf(tryUseContext()).toEqualTypeOf<Context | undefined>();
