import { createHash } from 'node:crypto';

import type { Context } from '../lib/context.ts';

export const POST = {
  handler: async ({ request }: Context) => {
    const bytes = await request.bytes();
    return { size: bytes.length, hash: createHash('sha1').update(bytes).digest('hex') };
  },
};
