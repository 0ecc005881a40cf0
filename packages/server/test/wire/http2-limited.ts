import { EventEmitter, once } from 'node:events';
import { type Socket } from 'node:net';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import type { LimitOptions } from '@blaizejs/types';

import type { ServerOptions } from '../../src/index.ts';
import { type Field } from './hpack.ts';
import { END_HEADERS, headers, request } from './raw-http2.ts';

/** Error code of RST_STREAM (RFC 9113 section 7). */
export const CANCEL = 8;

export const get = (stream: number, path: string, ...more: Field[]): Buffer =>
  headers(stream, request(path, 'GET', ...more));

export const post = (stream: number, path: string): Buffer =>
  headers(stream, request(path, 'POST'), END_HEADERS);

/** A server with limits; `told` emits what happens in its handlers. */
export async function withLimits(
  limits: LimitOptions,
  options: Partial<ServerOptions> = {},
): Promise<TestServer & { told: EventEmitter }> {
  const told = new EventEmitter();
  const app = await startTestServer({ limits, ...options });
  const { router } = app.server;
  router.addRoute('GET', '/', { handler: () => 'ok' });
  router.addRoute('GET', '/waits', {
    handler: async () => {
      const opened = once(told, 'open');
      told.emit('waiting');
      await opened;
      told.emit('ended');
      return 'waited';
    },
  });
  router.addRoute('GET', '/fails', {
    handler: async function* () {
      yield 'begun';
      throw new Error('no more');
    },
  });
  router.addRoute('POST', '/read', {
    handler: async (ctx) => {
      ctx.request.signal.addEventListener('abort', () => told.emit('aborted'));
      await ctx.request.text().catch((error: unknown) => {
        told.emit('broken', (error as { code: string }).code);
        throw error;
      });
      return 'read';
    },
  });
  router.addRoute('POST', '/echo', {
    handler: (ctx) => ctx.response.type('text/event-stream').stream(ctx.request.stream()),
  });
  return Object.assign(app, { told });
}

/** The next connection, as its server sees it. */
export async function nextSocket(app: TestServer): Promise<Socket> {
  const [socket] = (await once(app.server.server, 'connection')) as [Socket];
  return socket;
}

/**
 * Asks for `/` as others do, while one client misbehaves: what was refused, as its idle session was just being ended, was
 * not processed (RFC 9113 section 8.7).
 */
export async function askAsOthers(app: TestServer): Promise<string> {
  try {
    return await (await app.http2.request('/')).text();
  } catch (error) {
    if (!(error as Error).message.includes('NGHTTP2_REFUSED_STREAM')) throw error;
    return askAsOthers(app);
  }
}
