import type { Socket } from 'node:net';

import type { ParseError } from './http1-parse-error.ts';

// RFC 9113 section 3.4.
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

const NODES_CLOSE = 'bound socketOnClose';
const NODES_LISTENERS = /^(?:bound )?(?:socketOn|onSocket)/;

/** Whether the HTTP/1.1 parser has stopped after the preface of HTTP/2, and nothing came before it. */
export function isPreface(error: ParseError, socket: Socket): boolean {
  const { code, rawPacket, bytesParsed = 0 } = error;
  if (code !== 'HPE_PAUSED_H2_UPGRADE' || !rawPacket || socket.destroyed) return false;
  return socket.bytesRead === PREFACE.length + rawPacket.length - bytesParsed;
}

/**
 * Takes a socket away from the HTTP/1.1 server that has read the preface of HTTP/2 from it, and puts back what was read.
 * Does what Node's server does with a socket whose protocol changes by an Upgrade: there is no call for that.
 *
 * @returns whether that worked; if not, the socket still belongs to the HTTP/1.1 server
 */
export function takeFromHttp1(socket: Socket, { rawPacket, bytesParsed = 0 }: ParseError): boolean {
  // It frees the parser, and ends the requests in flight, of which there are none.
  const free = socket.listeners('close').find(({ name }) => name === NODES_CLOSE);
  if (!free || !rawPacket) return false;
  free.call(socket, false);
  for (const event of ['data', 'end', 'close', 'drain', 'resume', 'pause']) {
    for (const listener of socket.listeners(event)) {
      if (NODES_LISTENERS.test(listener.name)) socket.off(event, listener as () => void);
    }
  }
  socket.removeAllListeners('timeout');
  // An HTTP/2 client that ends its side has left.
  socket.allowHalfOpen = false;
  // Otherwise, what is put back would flow to nobody.
  socket.pause();
  socket.unshift(Buffer.concat([PREFACE, rawPacket.subarray(bytesParsed)]));
  return true;
}
