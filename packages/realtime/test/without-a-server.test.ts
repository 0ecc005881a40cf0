import { createApp } from '@blaizejs/app';
import { expect, test } from 'vitest';

import { createWebSocketRoute } from '../src/websocket.ts';

/** What a worker, Deno or Bun passes on when a client wants a WebSocket. */
function handshake(): Request {
  return new Request('https://example.com/ws', {
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  });
}

test('a WebSocket is refused with 501, and the reason is in the log', async () => {
  let isOpen = false;
  const app = createApp({ mode: 'development', logger: false });
  app.router.addRoute('GET', '/ws', createWebSocketRoute({ open: () => void (isOpen = true) }));
  const answer = await app.fetch(handshake());
  expect([answer.status, isOpen]).toEqual([501, false]);
  expect(await answer.json()).toMatchObject({
    code: 'ERR_BLAIZE_NOT_IMPLEMENTED',
    detail: expect.stringContaining('createServer()') as string,
  });
});
