import process from 'node:process';

import {
  checkOptions,
  flag,
  is,
  optional,
  options as shape,
  orElse,
  text,
  callback,
} from '@blaizejs/errors/internal';
import type { CloseOptions } from '@blaizejs/types';

import { type PortableApp, start } from './portable-app.ts';

/** The options of `serve()`. */
export interface ServeOptions {
  /** Default: 3000; 0 is any free one. */
  readonly port?: number | undefined;
  /** Default: `localhost`. */
  readonly host?: string | undefined;
  /** PEM. Deno then also speaks HTTP/2. Default: none, for cleartext. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /**
   * Returns the client's IP address; what is not one is ignored. Default: the peer of the connection. Behind a proxy that is
   * the proxy: then read the header that it sets, if nobody else can connect.
   */
  readonly clientIp?: ((request: Request, peer: string | undefined) => string | null | undefined) | undefined;
  /** Whether SIGTERM and SIGINT close the app, and end the process. Default: true. */
  readonly signals?: boolean | undefined;
}

/** An app that is served. */
export interface Serving {
  /** `http://localhost:3000` */
  readonly url: string;
  readonly port: number;
  /**
   * Closes the app: requests in flight finish, then what is left is cut off after `timeout`. Default: 10 seconds. The app's
   * own `close()` closes the socket, too.
   */
  close(options?: CloseOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The socket of a runtime. */
export interface Socket {
  readonly port: number;
  /** Accepts nothing more; resolves when all requests are over. */
  stop(): Promise<unknown>;
  /** Cuts off what is left. */
  cut(): unknown;
}

/** What a runtime is asked to listen on. */
export interface SocketOptions {
  readonly port: number;
  readonly hostname: string;
  readonly tls: ServeOptions['tls'];
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const CLOSE_TIMEOUT = 10_000;
const pem = text('PEM text');

const check = shape(
  {
    port: orElse(
      is<number>(
        'a whole number from 0 to 65535',
        (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
      ),
      3000,
    ),
    host: orElse(text('a host name or an IP address'), 'localhost'),
    tls: optional(shape({ key: pem, cert: pem }, 'an object with key and cert')),
    clientIp: optional(callback('(request, peer) => string')),
    signals: orElse(flag, true),
  },
  'an object',
);

/** Starts an app, opens a socket for it, and closes both together. */
export async function serveWith(
  adapter: string,
  app: PortableApp,
  options: ServeOptions,
  open: (options: SocketOptions) => Socket | Promise<Socket>,
): Promise<Serving> {
  const { port, host, tls, signals } = checkOptions(check, options);
  await start(adapter, app);
  const socket = await open({ port, hostname: host, tls });
  let stopped: Promise<unknown> | undefined;
  const stop = (): Promise<unknown> => {
    stopped ??= (async () => socket.stop())();
    // Whoever closes gets the error, once requests in flight have finished.
    stopped.catch(() => undefined);
    return stopped;
  };
  // Not earlier: until then the app serves everything, for its `drainDelay`.
  app.events.on('draining', () => void stop());
  let closing: Promise<void> | undefined;
  const close = (given: CloseOptions = {}): Promise<void> =>
    (closing ??= (async () => {
      const deadline = performance.now() + (given.timeout ?? CLOSE_TIMEOUT);
      try {
        await app.close(given);
      } finally {
        try {
          // The app has answered; the last bytes may still be on their way.
          if (!(await isOverWithin(deadline - performance.now(), stop()))) await socket.cut();
        } finally {
          forget();
        }
      }
    })());
  const forget = signals ? closeOnSignals(close) : () => undefined;
  return {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${socket.port}`,
    port: socket.port,
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** The first signal closes; a second one ends the process at once. @returns a function that undoes this */
function closeOnSignals(close: () => Promise<void>): () => void {
  const forget = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  const onSignal = (): void => {
    forget();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return forget;
}

async function isOverWithin(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, milliseconds));
  });
  const isOver = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return isOver;
}
