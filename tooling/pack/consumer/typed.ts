import type { Server } from '@blaizejs/types';
import { createGetRoute, createServer } from 'blaizejs';

export const server: Server = createServer({ routesDir: './routes', port: 0 });

export const GET = createGetRoute({
  handler: (ctx) => ({ path: ctx.request.path satisfies string }),
});
