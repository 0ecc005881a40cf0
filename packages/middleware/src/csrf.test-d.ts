import type { Middleware } from '@blaizejs/types';

import { csrf } from './csrf.ts';

export const plain: Middleware = csrf();
export const open: Middleware = csrf({ trustedOrigins: ['https://app.example.com', /x/] as const });

// @ts-expect-error -- origins are a list
csrf({ trustedOrigins: 'https://app.example.com' });
// @ts-expect-error -- it is `trustedOrigins`
csrf({ origin: [] });
