/** Nothing but Node and `ws`: the least that others can need. */
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';

import { WebSocket, WebSocketServer } from 'ws';

import { credentials, listen } from '../../benchmark/apps/shared.mjs';
import { roomOf, Rooms, toEvent } from './rooms.mjs';

/** @import { ServerHttp2Stream } from 'node:http2' */
/** @import { ServerOptions, StartedServer } from '../server.mjs' */

const NOTHING = Buffer.alloc(0);

/** @param {ServerOptions} options @returns {Promise<StartedServer>} */
export async function start({ protocol, keyFile, certFile }) {
  /** @type {Rooms<WebSocket>} */
  const sockets = new Rooms();
  /** @type {Rooms<ServerHttp2Stream>} */
  const streams = new Rooms();

  /** @param {WebSocket} socket @param {string} [url] */
  const join = (socket, url) => {
    const members = sockets.of(roomOf(url));
    members.add(socket);
    socket.on('message', () => {}).on('error', () => {});
    socket.on('close', () => members.delete(socket));
  };

  const server =
    protocol === 'h2'
      ? createSecureServer({
          ...credentials({ keyFile, certFile }),
          settings: { enableConnectProtocol: true },
        })
      : createServer();
  if (protocol === 'h1') {
    new WebSocketServer({ server: /** @type {import('node:http').Server} */ (server) }).on(
      'connection',
      (socket, request) => join(socket, request.url),
    );
  }
  server.on('stream', (/** @type {ServerHttp2Stream} */ stream, /** @type {any} */ headers) => {
    if (headers[':method'] === 'CONNECT') {
      stream.respond({ ':status': 200 });
      // RFC 8441 by hand. `ws` has no such call; these are the ones that its own server makes.
      /** @type {any} */
      const socket = new WebSocket(/** @type {any} */ (null), undefined, {});
      socket._isServer = true;
      /** @type {any} */ (stream).setNoDelay = () => {};
      socket.setSocket(stream, NOTHING, {
        maxPayload: 2 ** 20,
        allowSynchronousEvents: true,
        skipUTF8Validation: false,
      });
      return join(socket, headers[':path']);
    }
    stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
    stream.write(':\n\n');
    const members = streams.of(roomOf(headers[':path']));
    members.add(stream);
    stream.on('error', () => {}).on('close', () => members.delete(stream));
  });
  const port = await listen(server);
  return {
    port,
    publish: (kind, room, text) => {
      if (kind === 'sse') for (const stream of streams.of(room)) stream.write(toEvent(text));
      else for (const socket of sockets.of(room)) socket.send(JSON.stringify(text));
    },
  };
}
