import { createApp } from '@blaizejs/app';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { serve as serveOnBun } from '../src/bun.ts';
import { serve as serveOnDeno } from '../src/deno.ts';
import type { PortableApp } from '../src/index.ts';
import { type ServeOptions, type Serving, serveWith } from '../src/serving.ts';
import { listen } from './runtime.ts';

interface BunOptions {
  readonly port: number;
  readonly hostname: string;
  readonly fetch: (request: Request, server: object) => Promise<Response>;
}
type Started = Awaited<ReturnType<typeof listen>>;

const globals = globalThis as { Deno?: unknown; Bun?: unknown };
const quiet: Request[] = [];
let starting: Promise<Started>;
const open: Serving[] = [];

/** Both runtimes return a server at once; the port of the stand-in is known a moment later. */
function onceListening(started: Promise<Started>) {
  starting = started;
  return {
    stop: async (cut?: boolean) => (cut ? (await started).cut() : (await started).stop()),
    get port() {
      return 0;
    },
  };
}

beforeEach(() => {
  globals.Deno = {
    serve: (
      { port, hostname, signal }: { port: number; hostname: string; signal: AbortSignal },
      handler: (request: Request, info: object) => Promise<Response>,
    ) => {
      const { stop } = onceListening(
        listen((request, peer) => handler(request, { remoteAddr: { hostname: peer } }), port, hostname),
      );
      signal.addEventListener('abort', () => void stop(true));
      return { addr: { port: 0 }, shutdown: () => stop() };
    },
  };
  globals.Bun = {
    serve: ({ port, hostname, fetch }: BunOptions) => {
      const peers = new WeakMap<Request, string | undefined>();
      const server = {
        ...{ port: 0, requestIP: (request: Request) => ({ address: peers.get(request) }) },
        timeout: (request: Request) => void quiet.push(request),
        stop: (cut?: boolean) => stop(cut),
      };
      const answer = (request: Request, peer: string | undefined) => {
        peers.set(request, peer);
        return fetch(request, server);
      };
      const { stop } = onceListening(listen(answer, port, hostname));
      return server;
    },
  };
});

afterEach(async () => {
  for (const each of open.splice(0)) await each.close({ timeout: 0 });
  delete globals.Deno;
  delete globals.Bun;
  quiet.length = 0;
});

describe.each([
  ['Deno', serveOnDeno],
  ['Bun', serveOnBun],
] as const)('on %s', (name, serve) => {
  async function served(app: PortableApp, options: ServeOptions = {}) {
    const serving = await serve(app, { port: 0, host: '127.0.0.1', signals: false, ...options });
    open.push(serving);
    const { port } = await starting;
    return {
      serving,
      ask: (path = '/', init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init),
    };
  }

  function ipApp() {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/', { handler: ({ request }) => request.ip });
    return app;
  }

  test('the address of a client is that of its connection, whatever its headers say', async () => {
    const { ask } = await served(ipApp());
    const headers = { 'x-forwarded-for': '10.0.0.1', 'x-real-ip': '10.0.0.1' };
    expect(await (await ask('/', { headers })).text()).toBe('127.0.0.1');
  });

  test('behind a proxy, the app says where it is', async () => {
    const { ask } = await served(ipApp(), {
      clientIp: (request, peer) => (peer === '127.0.0.1' ? request.headers.get('x-real-ip') : peer),
    });
    expect(await (await ask('/', { headers: { 'x-real-ip': '::ffff:192.0.2.1' } })).text()).toBe('192.0.2.1');
  });

  test('a stop lets requests finish, and tells event streams to end', async () => {
    const app = ipApp();
    let finish = (): void => undefined;
    let hasBegun = (): void => undefined;
    const begun = new Promise<void>((resolve) => (hasBegun = resolve));
    app.router.addRoute('GET', '/slow', {
      handler: async () => {
        hasBegun();
        await new Promise<void>((resolve) => (finish = resolve));
        return 'finished';
      },
    });
    const { serving, ask } = await served(app);
    const slow = ask('/slow');
    await begun;
    const closed = serving.close();
    app.events.on('stopped', () => undefined);
    await expect
      .poll(() =>
        ask('/').then(
          () => 'open',
          () => 'closed',
        ),
      )
      .toBe('closed');
    finish();
    expect(await (await slow).text()).toBe('finished');
    await closed;
    expect(serving.close()).toBe(serving.close());
  });

  test('what is still running after the timeout is cut off', async () => {
    const app = ipApp();
    app.router.addRoute('GET', '/never', { handler: () => new Promise(() => undefined) });
    let hasBegun = (): void => undefined;
    const begun = new Promise<void>((resolve) => (hasBegun = resolve));
    app.use((_ctx, next) => {
      hasBegun();
      return next();
    });
    const { serving, ask } = await served(app);
    const never = ask('/never').then(
      () => 'answered',
      () => 'cut off',
    );
    await begun;
    await serving.close({ timeout: 50 });
    expect(await never).toBe('cut off');
  });

  test('closing the app closes the socket', async () => {
    const app = ipApp();
    const { ask } = await served(app);
    expect((await ask()).status).toBe(200);
    await app.close();
    await expect
      .poll(() =>
        ask().then(
          () => 'open',
          () => 'closed',
        ),
      )
      .toBe('closed');
  });

  test('a signal closes the app and ends the process', async () => {
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
    const before = process.listenerCount('SIGTERM');
    const app = ipApp();
    const stopped = vi.fn();
    app.events.on('stopped', stopped);
    await served(app, { signals: true });
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    const listener = process.listeners('SIGTERM').at(-1) as () => void;
    listener();
    await expect.poll(() => exit.mock.calls).toEqual([[0]]);
    expect(stopped).toHaveBeenCalledOnce();
    expect(process.listenerCount('SIGTERM')).toBe(before);
    exit.mockRestore();
  });

  test('the URL', async () => {
    const { serving } = await served(ipApp());
    expect(serving.url).toBe('http://127.0.0.1:0');
    await serving[Symbol.asyncDispose]();
  });

  test.each([
    [{ port: 70_000 }, 'from 0 to 65535'],
    [{ hots: 'x' }, 'Did you mean'],
    [{ tls: { key: 'x' } }, 'tls.cert'],
    [{ clientIp: 'x' }, 'a function'],
  ])('options that are wrong: %j', async (options, why) => {
    await expect(serve(ipApp(), options as never)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_CONFIGURATION',
      message: expect.stringContaining(why) as string,
    });
  });

  test('elsewhere it says so', async () => {
    delete globals[name];
    await expect(serve(ipApp())).rejects.toMatchObject({ code: 'ERR_BLAIZE_ADAPTER' });
  });
});

test('Bun does not cut off event streams that are quiet', async () => {
  const app = createApp({ logger: false });
  app.router.addRoute('GET', '/', { handler: () => 'x' });
  app.router.addRoute('GET', '/events', {
    handler: () => new Response('data: x\n\n', { headers: { 'content-type': 'text/event-stream' } }),
  });
  open.push(await serveOnBun(app, { port: 0, host: '127.0.0.1', signals: false }));
  const { port } = await starting;
  await (await fetch(`http://127.0.0.1:${port}/`)).text();
  await (await fetch(`http://127.0.0.1:${port}/events`)).text();
  expect(quiet.map(({ url }) => new URL(url).pathname)).toEqual(['/events']);
});

test.each([
  ['rejects', () => Promise.reject(new Error('already stopped'))],
  [
    'throws',
    () => {
      throw new Error('already stopped');
    },
  ],
])(
  'a socket that %s when it is stopped breaks no request off, and whoever closes gets the error',
  async (_how, stop) => {
    const app = createApp({ logger: false });
    let finish!: (text: string) => void;
    const answer = new Promise<string>((resolve) => (finish = resolve));
    app.router.addRoute('GET', '/', { handler: () => answer });
    const before = process.listenerCount('SIGTERM');
    const serving = await serveWith('serve', app, {}, () => ({ port: 1, stop, cut: () => undefined }));
    const response = app.fetch(new Request('http://localhost/'));
    await vi.waitFor(() => expect(process.listenerCount('SIGTERM')).toBe(before + 1));
    const draining = new Promise<void>((resolve) => app.events.on('draining', () => resolve()));
    const closed = serving.close();
    await draining;
    // Until the next turn, an unhandled rejection would have ended the process.
    await new Promise((resolve) => setImmediate(resolve));
    finish('finished');
    expect(await (await response).text()).toBe('finished');
    await expect(closed).rejects.toThrow('already stopped');
    expect(process.listenerCount('SIGTERM')).toBe(before);
  },
);
