import { createRequire } from 'node:module';

import type { TestServer } from '@blaizejs/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

import { delayBefore, endsForGood } from '../src/client/back-off.ts';
import { connectWebSocket, type WebSocketConstructor } from '../src/client.ts';
import { createWebSocketRoute, type ServerSocket } from '../src/websocket.ts';
import { serve } from './serve.ts';

// Node 20 has no WebSocket.
const { WebSocket } = createRequire(import.meta.url)('ws') as { readonly WebSocket: WebSocketConstructor };
const FAST = { minDelay: 10, maxDelay: 40, WebSocket };

const sockets: ServerSocket[] = [];
const route = createWebSocketRoute({
  protocols: ['v1'],
  messages: {
    in: z.object({ n: z.number() }),
    out: z.object({ n: z.number(), after: z.string().optional() }),
  },
  open: (socket) => {
    sockets.push(socket as never);
    const { after } = socket.ctx.request.query;
    return socket.send({ n: 0, after: String(after) });
  },
  message: (socket, { n }) => {
    if (n === 99) socket.close(4001, 'enough');
    else void socket.send({ n });
  },
});

let app: TestServer;
let live: { close(): void } | undefined;
/** Closes it behind the test. */
function keep<T extends { close(): void }>(opened: T): T {
  live = opened;
  return opened;
}
beforeEach(async () => {
  sockets.length = 0;
  app = await serve({ '/feed': route }, { tls: false, http2: { enabled: false } });
});
afterEach(async () => {
  live?.close();
  await app.close();
});

test('sends what waited, and gets messages', async () => {
  const seen: unknown[] = [];
  const socket = keep(
    connectWebSocket<typeof route>(new URL('/feed', app.url), {
      ...FAST,
      protocols: ['v1'],
      message: ({ n }) => void seen.push(n),
      close: ({ code, isFinal }) => void seen.push([code, isFinal]),
      queueLimit: 2,
    }),
  );
  expect([socket.isOpen, socket.send({ n: 1 }), socket.send({ n: 2 }), socket.send({ n: 3 })]).toEqual([
    false,
    true,
    true,
    false,
  ]);
  await expect.poll(() => seen).toEqual([0, 1, 2]);
  expect(sockets[0]?.protocol).toBe('v1');
  expect([socket.isOpen, socket.send({ n: 4 })]).toEqual([true, true]);
  await expect.poll(() => seen).toEqual([0, 1, 2, 4]);
  socket.close();
  socket.close();
  await expect.poll(() => seen.at(-1)).toEqual([1000, true]);
  expect(socket.send({ n: 5 })).toBe(false);
});

test('connects again when the connection breaks, and says what it has', async () => {
  const opens: boolean[] = [];
  const afters: unknown[] = [];
  const closes: unknown[] = [];
  let last = 0;
  keep(
    connectWebSocket<typeof route>(() => Promise.resolve(`${app.url}/feed?after=${last}`), {
      ...FAST,
      open: (isAgain) => void opens.push(isAgain),
      message: ({ after }) => {
        afters.push(after);
        last += 1;
      },
      close: (close) => void closes.push(close),
    }),
  );
  for (const count of [1, 2]) {
    await expect.poll(() => afters).toHaveLength(count);
    sockets.at(-1)?.terminate();
  }
  await expect.poll(() => afters).toEqual(['0', '1', '2']);
  expect(opens).toEqual([false, true, true]);
  expect(closes).toEqual([
    { code: 1006, reason: '', isFinal: false },
    { code: 1006, reason: '', isFinal: false },
  ]);
});

test('ends for good when the application says so', async () => {
  const closes: unknown[] = [];
  const socket = keep(
    connectWebSocket<typeof route>(`${app.url}/feed`, {
      ...FAST,
      close: (close) => void closes.push(close),
    }),
  );
  socket.send({ n: 99 });
  await expect.poll(() => closes).toEqual([{ code: 4001, reason: 'enough', isFinal: true }]);
  expect(socket.isOpen).toBe(false);
});

test('tries again while there is no server, until it is closed', async () => {
  const closes: { readonly isFinal: boolean }[] = [];
  let asked = 0;
  const socket = keep(
    connectWebSocket(
      () => {
        asked += 1;
        if (asked < 3) throw new Error('offline');
        return `${app.url}/nothing`;
      },
      { ...FAST, close: (close) => void closes.push(close) },
    ),
  );
  await expect.poll(() => asked).toBeGreaterThan(4);
  expect(closes.some(({ isFinal }) => isFinal)).toBe(false);
  socket.close();
  await expect.poll(() => closes.at(-1)?.isFinal).toBe(true);
});

test('needs a WebSocket', () => {
  const had = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  Reflect.deleteProperty(globalThis, 'WebSocket');
  try {
    expect(() => connectWebSocket('ws://localhost')).toThrow('There is no global WebSocket');
  } finally {
    if (had) Object.defineProperty(globalThis, 'WebSocket', had);
  }
});

test('waits longer each time, up to a limit, and not as long as others', () => {
  for (const [attempts, most] of [
    [1, 1000],
    [2, 2000],
    [6, 30_000],
    [500, 30_000],
  ] as const) {
    const delays = Array.from({ length: 50 }, () => delayBefore(attempts, 500, 30_000));
    expect(Math.max(...delays)).toBeLessThanOrEqual(most);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(most / 2);
    expect(new Set(delays).size).toBeGreaterThan(1);
  }
});

test.each([
  [1000, true],
  [1001, false],
  [1002, true],
  [1005, false],
  [1006, false],
  [1008, true],
  [1011, false],
  [1012, false],
  [1013, false],
  [3000, true],
  [4999, true],
])('code %i ends it for good: %j', (code, isFinal) => {
  expect(endsForGood(code)).toBe(isFinal);
});
