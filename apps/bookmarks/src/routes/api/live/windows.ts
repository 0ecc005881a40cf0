import { createWebSocketRoute } from '@blaizejs/realtime/websocket';
import { z } from 'zod';

import { browserOf } from '../../../browser-of.ts';
import { openWindow } from '../../../live.ts';
import { requireUser } from '../../../middleware/require-user.ts';

/** Says in which windows the list is open, in all processes, as long as this one is. */
export const GET = createWebSocketRoute('/api/live/windows', {
  middleware: [requireUser],
  messages: {
    // A page has nothing to say.
    in: z.never(),
    out: z.object({ me: z.string(), windows: z.array(openWindow.extend({ id: z.string() })) }),
  },
  open: (socket) => {
    const { request, services, state } = socket.ctx;
    const { windows } = services.live;
    const list = String(state.user.id);
    const { signal } = socket;
    windows.join(
      list,
      {
        id: socket.id,
        data: {
          browser: browserOf(request.header('user-agent')),
          protocol: request.isHttp2 ? 'HTTP/2' : 'HTTP/1.1',
        },
      },
      { signal },
    );
    const tell = async (): Promise<void> => {
      for await (const members of windows.watch(list, { signal }))
        await socket.send({ me: socket.id, windows: members.map(({ id, data }) => ({ id, ...data })) });
    };
    // It goes on until the socket is closed, and nothing is read before this listener has ended.
    void tell();
  },
});
