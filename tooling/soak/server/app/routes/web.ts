import type { Context } from '../lib/context.ts';

const CHUNK = new Uint8Array(65_536).fill('d'.charCodeAt(0));

export const GET = {
  handler: ({ services: { gauge } }: Context) => {
    let chunks = 0;
    let open = true;
    const end = (): void => {
      if (open) gauge.open--;
      open = false;
    };
    gauge.open++;
    return new ReadableStream({
      pull(controller) {
        controller.enqueue(CHUNK);
        if (++chunks < 16) return;
        end();
        controller.close();
      },
      // Also where it is closed, and what it gave is not read yet.
      cancel: end,
    });
  },
};
