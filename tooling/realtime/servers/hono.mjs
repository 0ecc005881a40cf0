import { createSecureServer } from 'node:http2';

import { serve, upgradeWebSocket } from '@hono/node-server';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { WebSocketServer } from 'ws';

import { credentials, HOST } from '../../benchmark/apps/shared.mjs';
import { roomOf, Rooms, toEvent } from './rooms.mjs';

/** @import { StreamingApi } from 'hono/utils/stream' */
/** @import { WSContext } from 'hono/ws' */
/** @import { ServerOptions, StartedServer } from '../server.mjs' */

/** @param {ServerOptions} options @returns {Promise<StartedServer>} */
export async function start({ protocol, keyFile, certFile }) {
  const app = new Hono();
  /** @type {Rooms<WSContext>} */
  const sockets = new Rooms();
  /** @type {Rooms<StreamingApi>} */
  const streams = new Rooms();
  app.get(
    '/ws',
    upgradeWebSocket((c) => {
      const members = sockets.of(roomOf(c.req.url));
      return {
        onOpen: (_event, socket) => void members.add(socket),
        onMessage: () => {},
        onClose: (_event, socket) => void members.delete(socket),
      };
    }),
  );
  app.get('/sse', (c) => {
    // `streamSSE()` names Transfer-Encoding, at which Node ends the process over HTTP/2.
    c.header('content-type', 'text/event-stream');
    return stream(c, async (events) => {
      const members = streams.of(roomOf(c.req.url));
      await events.write(':\n\n');
      members.add(events);
      await new Promise((resolve) => events.onAbort(() => resolve(undefined)));
      members.delete(events);
    });
  });
  const secure = protocol === 'h2' && {
    createServer: createSecureServer,
    serverOptions: credentials({ keyFile, certFile }),
  };
  /** @type {any} */
  const server = new WebSocketServer({ noServer: true });
  const wss = protocol === 'h1' && { websocket: { server } };
  /** @type {number} */
  const port = await new Promise((resolve) => {
    serve({ fetch: app.fetch, port: 0, hostname: HOST, ...secure, ...wss }, (info) => resolve(info.port));
  });
  return {
    port,
    publish: (kind, room, text) => {
      if (kind === 'sse') {
        for (const events of streams.of(room)) void events.write(toEvent(text));
      } else for (const socket of sockets.of(room)) socket.send(JSON.stringify(text));
    },
  };
}
