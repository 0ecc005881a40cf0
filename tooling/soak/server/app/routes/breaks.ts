import type { Context } from '../lib/context.ts';

export const GET = {
  handler: async function* ({ request, services: { gauge } }: Context) {
    gauge.open++;
    try {
      if (request.query.when === 'later') yield 'some of it';
      throw new Error('soak: broken off');
    } finally {
      gauge.open--;
    }
  },
};
