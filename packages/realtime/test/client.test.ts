import { createRequire } from 'node:module';

import type { TestServer } from '@blaizejs/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';

import { delayBefore, endsForGood } from '../src/client/back-off.ts';
import { connectWebSocket, type WebSocketConstructor, type WebSocketLike } from '../src/client.ts';
import { createWebSocketRoute, type ServerSocket } from '../src/websocket.ts';
import { serve } from './serve.ts';

const { WebSocket: ws } = createRequire(import.meta.url)('ws') as {
  readonly WebSocket: WebSocketConstructor;
};
// Node 20 has none.
const { WebSocket: native } = globalThis as { readonly WebSocket?: WebSocketConstructor };
const IMPLEMENTATIONS: [string, WebSocketConstructor][] = [['ws', ws]];
if (native) IMPLEMENTATIONS.push(['the WebSocket of the platform', native]);

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

describe.each(IMPLEMENTATIONS)('with %s, a client', (_name, WebSocket) => {
  const FAST = { minDelay: 10, maxDelay: 40, WebSocket };

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

  test('never has two connections, whatever it is told while it connects', async () => {
    let [made, most, now] = [0, 0, 0];
    class Counted extends (WebSocket as unknown as typeof globalThis.WebSocket) {
      constructor(url: string, protocols?: string[]) {
        super(url, protocols);
        made += 1;
        most = Math.max(most, (now += 1));
        this.addEventListener('close', () => (now -= 1));
      }
    }
    const socket = keep(
      connectWebSocket<typeof route>(`${app.url}/feed`, {
        ...FAST,
        minDelay: 1,
        maxDelay: 2,
        WebSocket: Counted as unknown as WebSocketConstructor,
      }),
    );
    for (let round = 1; round <= 5; round++) {
      socket.send({ n: round });
      await expect.poll(() => sockets).toHaveLength(round);
      socket.send({ n: round });
      sockets.at(-1)?.terminate();
    }
    await expect.poll(() => sockets).toHaveLength(6);
    socket.close();
    await expect.poll(() => now).toBe(0);
    expect([made, most]).toEqual([6, 1]);
  });

  test('that is closed while it connects, or waits to, stays closed', async () => {
    const closes: unknown[] = [];
    const close = (ended: unknown): number => closes.push(ended);
    const connecting = connectWebSocket<typeof route>(`${app.url}/feed`, { ...FAST, close });
    connecting.close(4000, 'changed my mind');
    await expect.poll(() => closes).toHaveLength(1);
    const asking = connectWebSocket(() => new Promise(() => undefined), { ...FAST, close });
    asking.close();
    const waiting = connectWebSocket(() => Promise.reject(new Error('offline')), {
      ...FAST,
      minDelay: 60_000,
      close,
    });
    await expect.poll(() => closes).toHaveLength(3);
    waiting.close();
    expect(closes).toMatchObject([
      { isFinal: true },
      { isFinal: true },
      { isFinal: false },
      { isFinal: true },
    ]);
    expect([connecting.isOpen, connecting.send({ n: 1 })]).toEqual([false, false]);
    expect(() => connecting.close(1001)).toThrow(RangeError);
  });
});

/** A WebSocket whose events a test makes. */
class Fake extends EventTarget implements WebSocketLike {
  static readonly all: Fake[] = [];
  readyState = 0;
  readonly sent: string[] = [];
  constructor() {
    super();
    Fake.all.push(this);
  }
  send(data: string): void {
    this.sent.push(data);
  }
  close(code = 1000, reason = ''): void {
    this.end(code, reason);
  }
  begin(): void {
    this.readyState = 1;
    this.emit('open', {});
  }
  end(code: number, reason = ''): void {
    this.readyState = 3;
    this.emit('close', { code, reason });
  }
  /** As browsers do, reports what a listener throws, and goes on. */
  emit(type: string, fields: object): void {
    for (const listener of this.listeners.get(type) ?? []) {
      try {
        listener(Object.assign(new Event(type), fields) as never);
      } catch (error) {
        this.thrown.push(error);
      }
    }
  }
  readonly thrown: unknown[] = [];
  readonly listeners = new Map<string, ((event: never) => void)[]>();
  override addEventListener(type: string, listener: unknown): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener as (event: never) => void]);
  }
}

test('goes on although its listeners throw', async () => {
  vi.useFakeTimers();
  try {
    Fake.all.length = 0;
    const fail = (): never => {
      throw new Error('of the application');
    };
    const socket = connectWebSocket<typeof route>('ws://localhost', {
      open: fail,
      message: fail,
      close: fail,
      WebSocket: Fake as unknown as WebSocketConstructor,
    });
    socket.send({ n: 1 });
    await vi.advanceTimersByTimeAsync(0);
    const [first] = Fake.all;
    first?.begin();
    expect(first?.sent).toEqual(['{"n":1}']);
    first?.emit('message', { data: '1' });
    first?.end(1006);
    expect(first?.thrown).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(500);
    expect(Fake.all).toHaveLength(2);
    Fake.all[1]?.begin();
    socket.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(Fake.all).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test('comes back at growing pauses, and at once again after a connection that lasted', async () => {
  vi.useFakeTimers();
  const random = vi.spyOn(Math, 'random').mockReturnValue(1);
  try {
    Fake.all.length = 0;
    const socket = connectWebSocket('ws://localhost', {
      minDelay: 100,
      maxDelay: 1000,
      WebSocket: Fake as unknown as WebSocketConstructor,
    });
    await vi.advanceTimersByTimeAsync(0);
    for (const [index, delay] of [100, 200, 400, 800, 1000].entries()) {
      // One that is accepted and cut off at once counts as a failure, too.
      Fake.all[index]?.begin();
      Fake.all[index]?.end(1006);
      await vi.advanceTimersByTimeAsync(delay - 1);
      expect(Fake.all).toHaveLength(index + 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(Fake.all).toHaveLength(index + 2);
    }
    Fake.all[5]?.begin();
    await vi.advanceTimersByTimeAsync(6000);
    Fake.all[5]?.end(1001);
    await vi.advanceTimersByTimeAsync(100);
    expect(Fake.all).toHaveLength(7);
    socket.close();
  } finally {
    random.mockRestore();
    vi.useRealTimers();
  }
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

describe('what could not connect is refused', () => {
  const options = { WebSocket: ws };

  test.each([
    ['/rooms/7?token=secret', '"/rooms/7?…"'],
    ['localhost', '"localhost"'],
    ['', '""'],
  ])('the URL %j, outside of a page', (url, shown) => {
    expect(() => connectWebSocket(url, options)).toThrow(
      new TypeError(`connectWebSocket() takes a URL such as wss://example.com/rooms/7, not ${shown}.`),
    );
  });

  test('an option that there is not, which would be ignored', () => {
    const misspelt = { ...options, onMessage: () => undefined };
    expect(() => connectWebSocket('ws://localhost', misspelt)).toThrow(
      /^connectWebSocket\(\) has no option `onMessage`\. It has message, open, .*, WebSocket\.$/,
    );
  });
});

test('a page may leave out what is in its own address', () => {
  vi.stubGlobal('location', { href: 'https://example.com/rooms' });
  try {
    const addresses: string[] = [];
    class Fake {
      readonly readyState = 0;
      constructor(url: string) {
        addresses.push(url);
      }
      send() {}
      close() {}
      addEventListener() {}
    }
    connectWebSocket(() => '/rooms/7', { WebSocket: Fake }).close();
    expect(() => connectWebSocket('/rooms/7', { WebSocket: Fake }).close()).not.toThrow();
  } finally {
    vi.unstubAllGlobals();
  }
});

test('waits longer each time, up to a limit, and not as long as others', () => {
  for (const [attempts, most] of [
    [0, 500],
    [1, 500],
    [2, 1000],
    [7, 30_000],
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
