import { setImmediate } from 'node:timers/promises';

export const GET = {
  handler: () => {
    throw new Error('soak: thrown');
  },
};

export const POST = {
  handler: async () => {
    await setImmediate();
    throw new Error('soak: rejected');
  },
};
