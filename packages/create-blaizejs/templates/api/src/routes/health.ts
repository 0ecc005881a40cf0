import { createGetRoute, ServiceUnavailableError } from 'blaizejs';
import { z } from 'zod';

export const GET = createGetRoute('/health', {
  schema: { response: z.object({ status: z.literal('ok'), uptime: z.int() }) },
  handler: async (ctx) => {
    if (ctx.services.isClosing()) throw new ServiceUnavailableError('The server is shutting down.');
    try {
      await ctx.services.db.execute('select 1');
    } catch (cause) {
      throw new ServiceUnavailableError('The database is not available.', { cause });
    }
    ctx.response.header('cache-control', 'no-store');
    return { status: 'ok', uptime: Math.floor(process.uptime()) };
  },
});
