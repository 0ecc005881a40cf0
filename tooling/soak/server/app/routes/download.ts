import type { Context } from '../lib/context.ts';

const CHUNK = Buffer.alloc(65_536, 'd');

export const GET = {
  handler: async function* ({ services: { gauge } }: Context) {
    gauge.open++;
    try {
      for (let chunk = 0; chunk < 16; chunk++) yield CHUNK;
    } finally {
      gauge.open--;
    }
  },
};
