import path from 'node:path';

import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { BrowserPage, isBrowserMissing } from '../../../tooling/test/browser.ts';
import { memoryEventLog } from '../src/index.ts';
import { createRooms, createWebSocketRoute, type ServerSocket } from '../src/websocket.ts';
import { serve } from './serve.ts';

const CLIENT = path.join(import.meta.dirname, '../src/client.ts');

/** The client as a page loads it. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [CLIENT],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@blaizejs/source'],
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

test.skipIf(isBrowserMissing())(
  'in Chromium, a client asks, answers and resumes, over HTTP/2',
  async () => {
    const rooms = createRooms({ message: z.number(), log: memoryEventLog() });
    type Asking = ServerSocket<number, unknown, { readonly name: { readonly reply: z.ZodString } }>;
    const sockets: Asking[] = [];
    const protocols: string[] = [];
    const code = await bundle();
    const page = await BrowserPage.open();
    await using app = await serve({
      '/client.js': { handler: (ctx) => ctx.response.type('text/javascript').send(code) },
      '/': {
        handler: (ctx) =>
          ctx.response.html(`<script type="module">
            import { connectWebSocket } from '/client.js';
            window.seen = [];
            window.socket = connectWebSocket('wss://' + location.host + '/feed', {
              minDelay: 1,
              resume: true,
              message: (n) => seen.push(n),
              answers: { name: () => document.title },
            });
          </script><title>Ada</title><link rel="icon" href="data:,">`),
      },
      '/feed': createWebSocketRoute({
        requests: {
          in: { double: { data: z.number(), reply: z.number() } },
          out: { name: { reply: z.string() } },
        },
        messages: { out: z.number() },
        open: (socket) => {
          sockets.push(socket);
          protocols.push(socket.ctx.request.protocol);
          return rooms.join('a', socket);
        },
        answers: { double: (_socket, n) => n * 2 },
      }),
    });
    await page.go(app.url);
    await expect.poll(() => sockets.length, { timeout: 10_000 }).toBe(1);
    expect(protocols).toEqual(['HTTP/2']);
    expect(await page.evaluate(`socket.request('double', 21)`)).toBe(42);
    expect(await page.evaluate(`socket.request('double', 'x').catch((error) => error.code)`)).toBe(
      'ERR_BLAIZE_VALIDATION',
    );
    expect(await sockets[0]?.request('name', undefined)).toBe('Ada');
    await rooms.send('a', 1);
    await expect.poll(() => page.evaluate('seen')).toEqual([1]);
    for (let round = 0; round < 3; round++) {
      sockets.at(-1)?.terminate();
      for (let n = 0; n < 10; n++) await rooms.send('a', 2 + round * 10 + n);
      await expect.poll(() => sockets.length).toBe(round + 2);
    }
    const all = Array.from({ length: 31 }, (_, index) => 1 + index);
    await expect.poll(() => page.evaluate('seen')).toEqual(all);
    await page.evaluate('socket.close()');
    expect(page.complaints).toEqual([]);
  },
  60_000,
);
