import type { Middleware } from '@blaizejs/types';

import { etag, type EtagOptions } from './etag.ts';

const middleware: Middleware[] = [etag(), etag({ weak: true, maxSize: 0 }), etag({ weak: undefined })];

// @ts-expect-error a misspelt option
etag({ week: true });
// @ts-expect-error bytes, not a text
etag({ maxSize: '1mb' });
// @ts-expect-error an object of options
etag('weak');

export const options: EtagOptions = { weak: false };
export { middleware };
