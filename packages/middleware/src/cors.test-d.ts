import type { Middleware } from '@blaizejs/types';

import { cors, type CorsOptions } from './cors.ts';

export const made: Middleware = cors({ origin: '*' });

cors({ origin: 'https://example.com' });
cors({ origin: /https:\/\/example\.com/, credentials: true });
cors({ origin: ['https://example.com', /x/] as const, methods: ['PUT'] as const });
cors({ origin: (origin, ctx) => origin.startsWith('https:') && ctx.request.method === 'GET' });
cors({ origin: async (origin) => Promise.resolve(origin === 'a'), maxAge: undefined });

// @ts-expect-error -- who may read the answers has to be said
cors({});
// @ts-expect-error -- as above
cors();
// @ts-expect-error -- Hono's functions return the origin
cors({ origin: (origin) => origin });
// @ts-expect-error -- it is `allowedHeaders`
cors({ origin: '*', allowHeaders: [] });

export const options: CorsOptions = { origin: '*', exposedHeaders: ['etag'], privateNetwork: true };
