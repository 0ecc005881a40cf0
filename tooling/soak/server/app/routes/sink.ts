import { createHash } from 'node:crypto';

import type { Context } from '../lib/context.ts';

export const POST = {
  handler: async ({ request, services: { gauge } }: Context) => {
    const hash = createHash('sha1');
    let size = 0;
    gauge.open++;
    try {
      for await (const chunk of request.stream()) {
        hash.update(chunk as Buffer);
        size += (chunk as Buffer).length;
      }
    } finally {
      gauge.open--;
    }
    return { size, hash: hash.digest('hex') };
  },
};
