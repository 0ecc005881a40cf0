import websocket from '@fastify/websocket';
import Fastify from 'fastify';

import { credentials, HOST, portOf } from '../../benchmark/apps/shared.mjs';
import { roomOf, Rooms, toEvent } from './rooms.mjs';

/** @import { FastifyInstance } from 'fastify' */
/** @import { WebSocket } from 'ws' */
/** @import { ServerOptions, StartedServer } from '../server.mjs' */

/** @param {ServerOptions} options @returns {Promise<StartedServer>} */
export async function start({ protocol, keyFile, certFile }) {
  const app = /** @type {FastifyInstance} */ (
    protocol === 'h2' ? Fastify({ http2: true, https: credentials({ keyFile, certFile }) }) : Fastify()
  );
  /** @type {Rooms<WebSocket>} */
  const sockets = new Rooms();
  /** @type {Rooms<import('node:stream').Writable>} */
  const streams = new Rooms();
  if (protocol === 'h1') {
    await app.register(websocket);
    app.get('/ws', { websocket: true }, (socket, request) => {
      const members = sockets.of(roomOf(request.url));
      members.add(socket);
      socket.on('message', () => {}).on('close', () => members.delete(socket));
    });
  }
  app.get('/sse', (request, reply) => {
    const members = streams.of(roomOf(request.url));
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write(':\n\n');
    members.add(reply.raw);
    reply.raw.on('close', () => members.delete(reply.raw));
  });
  await app.listen({ port: 0, host: HOST });
  return {
    port: portOf(app.server),
    publish: (kind, room, text) => {
      if (kind === 'sse') for (const stream of streams.of(room)) stream.write(toEvent(text));
      else for (const socket of sockets.of(room)) socket.send(JSON.stringify(text));
    },
  };
}
