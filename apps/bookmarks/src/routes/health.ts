import { createGetRoute, ServiceUnavailableError } from 'blaizejs';
import { sql } from 'drizzle-orm';
import { z } from 'zod';

export const GET = createGetRoute('/health', {
  schema: { response: z.object({ status: z.literal('ok'), uptime: z.int() }) },
  handler: async (ctx) => {
    if (ctx.services.isClosing()) throw new ServiceUnavailableError('It is closing.');
    try {
      await ctx.services.db.run(sql`select 1`);
    } catch (cause) {
      throw new ServiceUnavailableError('The database does not answer.', { cause });
    }
    ctx.response.header('cache-control', 'no-store');
    return { status: 'ok', uptime: Math.floor(process.uptime()) };
  },
});
