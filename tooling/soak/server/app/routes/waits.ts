import { setTimeout } from 'node:timers/promises';

import type { Context } from '../lib/context.ts';

// Longer than any client stays.
const LONG = 60_000;

export const GET = {
  handler: async ({ request: { signal }, services: { gauge } }: Context) => {
    gauge.open++;
    try {
      await setTimeout(LONG, undefined, { signal });
    } finally {
      gauge.open--;
    }
  },
};
