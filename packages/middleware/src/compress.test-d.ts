import type { Middleware } from '@blaizejs/types';

import { type Coding, compress, isCompressible } from './compress.ts';

const is = <T>(value: T): T => value;

is<Middleware>(compress());
is<Middleware>(compress({ codings: ['br', 'gzip'], threshold: 0, levels: { br: 5 }, types: isCompressible }));
is<Coding>('zstd');
// @ts-expect-error -- a coding that there is not
compress({ codings: ['lzma'] });
// @ts-expect-error -- a misspelt option
compress({ treshold: 1 });
// @ts-expect-error -- a level of no coding
compress({ levels: { gzib: 1 } });
