import { plugin as websockets } from 'crossws/server';
import { createEventStream, defineWebSocketHandler, H3, serve } from 'h3';

import { credentials, HOST, portOf } from '../../benchmark/apps/shared.mjs';
import { roomOf, Rooms } from './rooms.mjs';

/** @import { Peer } from 'crossws' */
/** @import { EventStream } from 'h3' */
/** @import { ServerOptions, StartedServer } from '../server.mjs' */

/** @param {ServerOptions} options @returns {Promise<StartedServer>} */
export async function start({ protocol, keyFile, certFile }) {
  const app = new H3();
  /** @type {Rooms<Peer>} */
  const sockets = new Rooms();
  /** @type {Rooms<EventStream>} */
  const streams = new Rooms();
  app.get(
    '/ws',
    defineWebSocketHandler({
      open: (peer) => void sockets.of(roomOf(peer.request.url)).add(peer),
      message: () => {},
      close: (peer) => void sockets.of(roomOf(peer.request.url)).delete(peer),
    }),
  );
  app.get('/sse', (event) => {
    const stream = createEventStream(event);
    const members = streams.of(event.url.searchParams.get('room') ?? 'all');
    members.add(stream);
    stream.onClosed(() => void members.delete(stream));
    void stream.pushComment('');
    return stream.send();
  });
  const { key, cert } = protocol === 'h2' ? credentials({ keyFile, certFile }) : {};
  const tls = key && cert && { tls: { key: key.toString(), cert: cert.toString() } };
  /** @param {Request} request */
  const resolve = async (request) => /** @type {any} */ (await app.fetch(request)).crossws;
  const plugins = protocol === 'h1' ? [websockets({ resolve })] : [];
  const server = await serve(app, { port: 0, hostname: HOST, silent: true, plugins, ...tls }).ready();
  return {
    port: portOf(server.node?.server),
    publish: (kind, room, text) => {
      if (kind === 'sse') {
        for (const stream of streams.of(room))
          void stream.push({ event: 'news', data: JSON.stringify(text) });
      } else for (const peer of sockets.of(room)) peer.send(JSON.stringify(text));
    },
  };
}
