import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { createWebSocketRoute, type WebSocketClose } from '../src/websocket.ts';
import { closeFrame, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

describe.each(TRANSPORTS)('over %s', (transport) => {
  test('echo', async () => {
    const closes: WebSocketClose[] = [];
    await using app = await startTestServer();
    app.server.router.addRoute(
      'GET',
      '/rooms/:id',
      createWebSocketRoute({
        schema: { params: z.object({ id: z.coerce.number() }) },
        messages: { in: z.object({ a: z.number() }), out: z.object({ b: z.number(), id: z.number() }) },
        open: (socket) => socket.send({ b: 0, id: socket.ctx.request.params.id }),
        message: (socket, { a }) => socket.send({ b: a + 1, id: socket.ctx.request.params.id }),
        close: (_socket, close) => void closes.push(close),
      }),
    );
    await using client = await WebSocketClient.open(transport, app.url, '/rooms/7');
    expect(await client.message()).toEqual({ b: 0, id: 7 });
    client.json({ a: 1 });
    expect(await client.message()).toEqual({ b: 2, id: 7 });
    client.send(closeFrame(3001, 'bye'));
    expect(await client.closed()).toEqual({ code: 3001, reason: '' });
    client.stream.end();
    await client.ended();
    await expect.poll(() => closes).toEqual([{ code: 3001, reason: 'bye', wasClean: true }]);
  });
});
