import { setTimeout } from 'node:timers/promises';

import type { Context } from '../lib/context.ts';

export const GET = {
  handler: ({ request, response, services: { gauge } }: Context) => {
    const events = async function* (): AsyncGenerator<string> {
      gauge.open++;
      try {
        for (let id = 0; !request.signal.aborted; id++) {
          yield `id: ${id}\ndata: tick\n\n`;
          await setTimeout(10);
        }
      } finally {
        gauge.open--;
      }
    };
    return response.type('text/event-stream').stream(events());
  },
};
